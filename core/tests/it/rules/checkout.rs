use super::script::play;

#[test]
fn a_loan_and_its_repeat() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         show i1                     => on loan to p1 until 2026-03-30 23:59, renewed 0, seen at main
         p2 borrows i1               => no: OnLoanToAnother
         # the terminal may not renew
         p1 borrows i1 no-renewal    => no: AlreadyBorrowed, due 2026-03-30 23:59
         p1 borrows i1               => lent until 2026-03-30 23:59, renewed 1 times
         at 2026-03-10 10:00
         p1 borrows i1               => lent until 2026-04-07 23:59, renewed 2 times
         terminal no-renew
         at 2026-03-11 10:00
         p1 borrows i1               => no: AlreadyBorrowed, due 2026-04-07 23:59",
    );
}

#[test]
fn nobody_and_nothing() {
    play(
        "p77 borrows i1              => no: UnknownPatron
         p1 borrows i77              => no: UnknownItem
         p77 borrows i77             => no: UnknownPatron; UnknownItem
         pin wrong
         p1 borrows i1               => no: WrongPin
         pin locked
         p1 borrows i1               => no: PinLocked until 2026-03-02T09 00 00Z
         pin none
         terminal require-pin
         p1 borrows i1               => no: WrongPin
         pin right
         p1 borrows i1               => lent until 2026-03-30 23:59",
    );
}

#[test]
fn what_stops_a_patron() {
    play(
        "at 2026-03-02 10:00
         rule {\"max_loans\": 2, \"max_overdue\": 0, \"min_age\": 15}
         p1 is blocked U until paid for
         p1 borrows i1               => no: Blocked U until paid for
         p2 is expired 2026-03-01
         p2 borrows i1               => no: CardExpired on 2026-03-01
         p3 is expired 2026-03-02
         p3 borrows i1               => lent until 2026-03-30 23:59
         p4 is born 2011-03-03
         p4 borrows i2               => no: AgeLimit min 15
         at 2026-03-03 10:00
         p4 borrows i2               => lent until 2026-03-31 23:59
         p4 borrows i3               => lent until 2026-03-31 23:59
         p4 borrows i4               => no: LoanLimit have 2 max 2
         # every reason at once, the patron's first
         at 2026-04-01 10:00
         p4 is blocked F
         p4 borrows i1               => no: Blocked F; LoanLimit have 2 max 2; OverdueLimit have 2 max 0; OnLoanToAnother",
    );
}

#[test]
fn as_many_overdue_as_allowed() {
    play(
        "at 2026-03-02 10:00
         rule {\"max_overdue\": 1}
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-31 10:00
         p1 borrows i2               => lent until 2026-04-28 23:59
         at 2026-05-01 10:00
         p1 borrows i3               => no: OverdueLimit have 2 max 1",
    );
}

#[test]
fn debt_stops_and_payment_frees() {
    play(
        "at 2026-03-02 10:00
         rule {\"loan_fee\": 15000}
         p1 borrows i1               => no: FeeNotAcknowledged Rental 150.00
         p1 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 105 150.00
         show p1                     => owes 15000 of 150.00 Rental 105
         p1 borrows i2 fee-ok        => lent until 2026-03-30 23:59, fee 108 150.00
         # acknowledging a fee overrides no block
         p1 borrows i3 fee-ok        => no: DebtLimit 300.00 over 200.00
         p1 borrows i3               => no: DebtLimit 300.00 over 200.00; FeeNotAcknowledged Rental 150.00
         p1 pays 100.00              => 10000 on 105, owes 200.00
         p1 borrows i3 fee-ok        => lent until 2026-03-30 23:59, fee 117 150.00
         p2 is limited 0
         p2 borrows i4 fee-ok        => lent until 2026-03-30 23:59, fee 120 150.00
         p2 borrows i5 fee-ok        => no: DebtLimit 150.00 over 0.00",
    );
}

#[test]
fn restriction_codes_and_states() {
    play(
        "at 2026-03-02 10:00
         i1 is restricted a
         p1 borrows i1               => no: NotForLoan
         i1 is restricted c
         p1 borrows i1               => no: NotForLoan
         i1 is restricted d
         p1 borrows i1               => no: NotForLoan
         i1 is restricted e
         p1 borrows i1               => no: NotForLoan
         i1 is restricted b
         p1 borrows i1               => no: StaffMustDecide
         at desk1 main desk
         p1 borrows i1               => lent until 2026-03-30 23:59
         i2 is restricted f
         p2 is library
         p2 borrows i2               => no: NotForLoan
         p1 borrows i2               => lent until 2026-03-30 23:59
         i3 is restricted g
         p1 borrows i3               => lent until 2026-03-30 23:59
         i4 is lost
         p1 borrows i4               => no: NotAvailable
         i5 is ordered
         p1 borrows i5               => no: NotAvailable
         rule-first {\"material_group\": \"reference\", \"loanable\": false}
         i6 is group reference
         p1 borrows i6               => no: NotForLoan
         # one reason is told once
         i6 is restricted a
         p1 borrows i6               => no: NotForLoan",
    );
}

#[test]
fn the_first_rule_that_matches() {
    play(
        "at 2026-03-02 10:00
         rule {\"loan_days\": 31}
         rule-first {\"material_group\": \"dvd\", \"loan_days\": 7, \"max_loans\": 1}
         rule-first {\"patron_category\": \"child\", \"material_group\": \"dvd\", \"loan_days\": 14}
         i1 is group dvd
         i2 is group dvd
         p1 borrows i1               => lent until 2026-03-09 23:59
         p1 borrows i2               => no: LoanLimit have 1 max 1
         p1 borrows i3               => lent until 2026-04-02 23:59
         p2 is category child
         p2 borrows i2               => lent until 2026-03-16 23:59",
    );
}

#[test]
fn due_at_the_end_of_an_open_day_across_the_clock_changes() {
    play(
        "rule {\"loan_days\": 7}
         closed 7 2026-04-02 2026-04-03
         at 2026-03-22 23:59
         # seven days on is the Sunday of the clock change, closed
         p1 borrows i1               => lent until 2026-03-30 23:59
         # two closed days before Easter Saturday
         at 2026-03-26 08:00
         p1 borrows i2               => lent until 2026-04-04 23:59
         at 2026-10-18 00:10
         p1 borrows i3               => lent until 2026-10-26 23:59
         at 2026-10-19 00:10
         p1 borrows i4               => lent until 2026-10-26 23:59",
    );
}

#[test]
fn held_for_another() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         p2 reserves 1 this-copy     => no: Incomplete
         p2 reserves i1 this-copy    => place 1 for Title 1 at main, wanted until 2026-08-29
         i1 returned                 => returned by p1, to main, HoldHere, tied to p2
         show i1                     => on the hold shelf, seen at main, for p2 number 1 until 2026-03-09 23:59
         p1 borrows i1               => no: HeldForAnother
         p2 borrows i1               => lent until 2026-03-30 23:59
         show p2                     => nothing",
    );
}

#[test]
fn a_loan_of_any_copy_fulfils_the_waiting_hold() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         p2 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p3 reserves 1               => place 2 for Title 1 at main, wanted until 2026-08-29
         # the other copy still stands on the shelf
         p3 borrows i2               => lent until 2026-03-30 23:59
         show p3                     => nothing
         show p2                     => Title 1 waits at main",
    );
}

#[test]
fn device_texts() {
    play(
        "i1 properties parts=2       => done
         i77 properties x            => no: UnknownItem",
    );
}
