use super::script::play;

#[test]
fn by_item_and_by_title() {
    play(
        "at 2026-03-02 10:00
         rule {\"renewals\": 3}
         p1 borrows i1               => lent until 2026-03-30 23:59
         # early, it keeps the date it has
         p1 renews i1                => renewed until 2026-03-30 23:59, 1 times
         at 2026-03-03 10:00
         p1 renews i1                => renewed until 2026-03-31 23:59, 2 times
         at 2026-03-04 10:00
         p1 renews 1                 => renewed until 2026-04-01 23:59, 3 times
         at 2026-03-05 10:00
         p1 renews i1                => no: RenewalLimit max 3, due 2026-04-01 23:59
         p1 renews i2                => no: NotOnLoan
         p1 renews 2                 => no: NotOnLoan
         p1 renews i77               => no: UnknownItem
         p77 renews i1               => no: UnknownPatron
         pin wrong
         p1 renews i1                => no: WrongPin",
    );
}

#[test]
fn others_wait() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         p2 reserves i1 this-copy from 2026-03-10 => place 1 for Title 1 at main, wanted until 2026-09-06
         # the hold is not active yet
         at 2026-03-09 10:00
         p1 renews i1                => renewed until 2026-04-06 23:59, 1 times
         at 2026-03-10 10:00
         p1 renews i1                => no: Reserved, due 2026-04-06 23:59
         # its patron is away
         p2 is away 2026-03-11 2026-03-12
         at 2026-03-12 10:00
         p1 renews i1                => renewed until 2026-04-09 23:59, 2 times
         at 2026-03-13 10:00
         p1 renews i1                => no: Reserved, due 2026-04-09 23:59
         rule {\"renew_when_reserved\": true}
         p1 renews i1                => renewed until 2026-04-10 23:59, 3 times",
    );
}

#[test]
fn third_parties() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-03 10:00
         p2 renews i1                => no: NotYourLoan
         p2 renews i1 third-party    => no: NotYourLoan
         terminal third-party
         p2 renews i1                => no: NotYourLoan
         p2 renews i1 third-party    => renewed until 2026-03-31 23:59, 1 times
         at 2026-03-04 10:00
         p1 is blocked U
         p2 renews i1 third-party    => no: Blocked U, due 2026-03-31 23:59",
    );
}

#[test]
fn each_loan_alone() {
    play(
        "at 2026-03-02 10:00
         rule {\"renewals\": 1, \"loan_fee\": 250}
         p1 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 102 2.50
         p1 borrows i3 fee-ok        => lent until 2026-03-30 23:59, fee 105 2.50
         p1 borrows i5 fee-ok        => lent until 2026-03-30 23:59, fee 108 2.50
         p2 reserves 2               => place 1 for Title 2 at main, available, wanted until 2026-08-29
         at 2026-03-03 10:00
         p1 renews all               => i1 no: FeeNotAcknowledged Rental 2.50 | i3 no: Reserved; FeeNotAcknowledged Rental 2.50 | i5 no: FeeNotAcknowledged Rental 2.50
         p1 renews all fee-ok        => i1 until 2026-03-31 23:59 | i5 until 2026-03-31 23:59 | i3 no: Reserved
         # what both cost is one fee
         show p1                     => owes 250 of 2.50 Rental 102, owes 250 of 2.50 Rental 105, owes 250 of 2.50 Rental 108, owes 500 of 5.00 Rental 114
         p77 renews all              => no: UnknownPatron
         p1 is blocked E
         at 2026-03-04 10:00
         p1 renews all fee-ok        => i3 no: Blocked E; Reserved | i1 no: Blocked E; RenewalLimit max 1 | i5 no: Blocked E; RenewalLimit max 1
         terminal no-renew
         p1 renews all               => no: TerminalMayNot",
    );
}

#[test]
fn off_line_renewals_stand() {
    play(
        "at 2026-03-02 10:00
         rule {\"renewals\": 0}
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-10 10:00
         p1 is blocked U
         p1 renews i1 happened 2026-03-09 12:00                       => renewed until 2026-04-06 23:59, 1 times
         # told again, or told late: nothing more
         p1 renews i1 happened 2026-03-09 12:00                       => renewed until 2026-04-06 23:59, 1 times
         p1 renews i1 happened 2026-03-08 12:00 due 2026-04-01 23:59  => renewed until 2026-04-06 23:59, 1 times
         p1 renews i2 happened 2026-03-09 12:00                       => no: NotOnLoan
         notes                       => offline_rejected",
    );
}

#[test]
fn called_back() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-03 10:00
         i1 is recalled
         p1 renews i1                => no: Reserved, due 2026-03-30 23:59",
    );
}
