use super::script::play;

#[test]
fn a_loan_that_never_was() {
    play(
        "at 2026-03-02 10:00
         rule {\"loan_fee\": 500}
         p2 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         i1 returned                 => scanned, to main, HoldHere, tied to p2
         show i1                     => on the hold shelf, seen at main, for p2 number 1 until 2026-03-09 23:59
         p2 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 106 5.00
         show p2                     => owes 500 of 5.00 Rental 106
         # only the terminal that made it
         at automat2 main automat
         undo loan i1                => no: NothingToUndo
         at automat1 main automat
         undo loan i1                => returned by p2, to main
         show i1                     => on the hold shelf, seen at main, for p2 number 1 until 2026-03-09 23:59
         show p2                     => Title 1 ready at main
         undo loan i1                => no: NothingToUndo
         p2 borrows i1 fee-ok        => lent until 2026-03-30 23:59, fee 109 5.00",
    );
}

#[test]
fn a_renewal_that_never_was() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-05 10:00
         p1 borrows i1               => lent until 2026-04-02 23:59, renewed 1 times
         undo loan i1                => returned by p1, to main
         show i1                     => on loan to p1 until 2026-03-30 23:59, renewed 0, seen at main",
    );
}

#[test]
fn not_after_a_quarter_of_an_hour_or_another_event() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-02 10:15
         undo loan i1                => no: NothingToUndo
         p1 borrows i2               => lent until 2026-03-30 23:59
         i2 returned                 => returned by p1, to main
         undo loan i2                => no: NothingToUndo
         undo return i2 p2           => no: NothingToUndo
         p3 borrows i2               => lent until 2026-03-30 23:59
         undo return i2 p1           => no: NothingToUndo
         undo loan i2                => returned by p3, to main
         # the item is again as the return had left it
         undo return i2 p1           => lent until 2026-03-30 23:59
         terminal no-undo
         undo return i2 p1           => no: TerminalMayNot
         undo loan i2                => no: TerminalMayNot",
    );
}

#[test]
fn a_return_that_never_was() {
    play(
        "at 2026-03-02 10:00
         rule {\"fine_per_day\": 100}
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-03 10:00
         p1 renews i1                => renewed until 2026-03-31 23:59, 1 times
         p2 reserves 1 at north      => place 1 for Title 1 at north, available, wanted until 2026-08-30
         at 2026-04-02 10:00
         i1 returned                 => returned by p1, to north, HoldElsewhere, tied to p2, fee 108 2.00 for 1 items
         show p1                     => owes 200 of 2.00 Overdue 108, 1 closed loans
         undo return i1 p1           => lent until 2026-03-31 23:59
         show i1                     => on loan to p1 until 2026-03-31 23:59, renewed 1, seen at main
         show p1                     => nothing
         show p2                     => Title 1 waits at north
         undo return i1 p1           => no: NothingToUndo
         i1 returned                 => returned by p1, to north, HoldElsewhere, tied to p2, fee 109 2.00 for 1 items",
    );
}

#[test]
fn a_shared_fee_shrinks() {
    play(
        "at 2026-03-02 10:00
         rule {\"fine_steps\": [[1, 2000]], \"fine_group\": \"due_date\"}
         rule-first {\"material_group\": \"dvd\", \"fine_steps\": [[1, 3000]], \"fine_group\": \"due_date\"}
         i2 is group dvd
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         at 2026-04-02 10:00
         i1 returned                 => returned by p1, to main, fee 107 20.00 for 1 items
         i2 returned                 => returned by p1, to main, fee 107 30.00 for 2 items
         undo return i2 p1           => lent until 2026-03-30 23:59
         show p1                     => owes 2000 of 20.00 Overdue 107, 1 closed loans
         i2 returned                 => returned by p1, to main, fee 107 30.00 for 2 items
         # paid already: what is paid stays booked, and staff is told
         p1 pays 30.00               => 3000 on 107, owes 0.00
         undo return i2 p1           => lent until 2026-03-30 23:59
         notes                       => paid_fee_withdrawn
         show p1                     => nothing",
    );
}

#[test]
fn alternatives_come_back() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         p2 reserves 1 2 parallel    => place 1 for Title 1 at main, available, 2 holds, wanted until 2026-08-29
         i1 returned                 => returned by p1, to main, HoldHere, tied to p2
         show p2                     => Title 1 ready at main
         undo return i1 p1           => lent until 2026-03-30 23:59
         show p2                     => Title 1 waits at main, Title 2 waits at main
         p2 borrows i3               => lent until 2026-03-30 23:59
         show p2                     => nothing
         undo loan i3                => returned by p2, to main
         show p2                     => Title 1 waits at main, Title 2 waits at main",
    );
}

#[test]
fn a_number_on_the_hold_shelf_is_given_once() {
    play(
        "p1 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p2 reserves 2               => place 1 for Title 2 at main, available, wanted until 2026-08-29
         i1 returned                 => scanned, to main, HoldHere, tied to p1
         p1 borrows i1               => lent until 2026-03-30 23:59
         i3 returned                 => scanned, to main, HoldHere, tied to p2
         show i3                     => on the hold shelf, seen at main, for p2 number 1 until 2026-03-09 23:59
         undo loan i1                => returned by p1, to main
         show i1                     => on the hold shelf, seen at main, for p1 number 2 until 2026-03-09 23:59",
    );
}

#[test]
fn a_fee_paid_in_part_is_not_raised_twice() {
    play(
        "at 2026-03-02 10:00
         rule {\"fine_steps\": [[1, 3000]], \"fine_group\": \"due_date\"}
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-04-02 10:00
         i1 returned                 => returned by p1, to main, fee 104 30.00 for 1 items
         p1 pays 10.00               => 1000 on 104, owes 20.00
         undo return i1 p1           => lent until 2026-03-30 23:59
         show p1                     => nothing
         i1 returned                 => returned by p1, to main, fee 104 30.00 for 1 items
         show p1                     => owes 2000 of 30.00 Overdue 104, 1 closed loans",
    );
}
