use super::script::play;

#[test]
fn oldest_first_partly_and_by_name() {
    play(
        "at 2026-03-02 10:00
         rule {\"loan_fee\": 1000, \"fine_per_day\": 100}
         p1 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 102 10.00
         at 2026-03-03 10:00
         p1 borrows i2 fee-ok        => lent until 2026-03-31 23:59, fee 105 10.00
         at 2026-04-10 10:00
         i1 returned                 => returned by p1, to main, fee 107 11.00 for 1 items
         p1 pays 12,50               => 1000 on 102, 250 on 105, owes 18.50
         p1 pays 3.00 overdue        => 300 on 107, owes 15.50
         p1 pays 7.50 fee 105        => 750 on 105, owes 8.00
         p1 pays 1.00 fee 105        => no: Overpayment, owed 0.00
         p1 pays 1.00 fee 999        => no: UnknownFee
         p2 pays 1.00 fee 107        => no: UnknownFee
         p1 pays 8.01                => no: Overpayment, owed 8.00
         p1 pays 0.00                => no: BadAmount
         p1 pays nonsense            => no: BadAmount
         p1 pays 8.00 in EUR         => no: WrongCurrency
         p77 pays 8.00               => no: UnknownPatron
         show p1                     => owes 800 of 11.00 Overdue 107, 1 closed loans
         terminal overpayment
         p1 pays 10.00               => 800 on 107, owes 0.00
         notes                       => overpaid
         # the closed loan lets go of the person, the open one stays his
         show p1                     => nothing
         show i2                     => on loan to p1 until 2026-03-31 23:59, renewed 0, seen at main
         p1 pays 1.00                => no: Overpayment, owed 0.00",
    );
}

#[test]
fn a_fee_on_an_open_loan_keeps_the_link_at_return() {
    play(
        "at 2026-03-02 10:00
         rule {\"loan_fee\": 1000}
         p1 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 102 10.00
         i1 returned                 => returned by p1, to main
         show p1                     => owes 1000 of 10.00 Rental 102, 1 closed loans
         p1 pays 10.00               => 1000 on 102, owes 0.00
         show p1                     => nothing
         # paid before the return: nothing holds the person
         p3 borrows i2 fee-ok        => lent until 2026-03-30 23:59, fee 106 10.00
         p3 pays 10.00               => 1000 on 106, owes 0.00
         i2 returned                 => returned by p3, to main
         show p3                     => nothing
         p2 is historian
         p2 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 110 10.00
         i1 returned                 => returned by p2, to main
         p2 pays 10.00               => 1000 on 110, owes 0.00
         show p2                     => 1 closed loans",
    );
}
