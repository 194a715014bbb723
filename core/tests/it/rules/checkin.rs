use super::script::play;

#[test]
fn returning_is_idempotent() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         i1 returned                 => returned by p1, to main
         show i1                     => available, seen at main
         # the link to the person has gone
         show p1                     => nothing
         i1 returned                 => scanned, to main
         i1 returned                 => scanned, to main
         i77 returned                => no: UnknownItem
         terminal no-accept
         i1 returned                 => no: NotOnLoan
         p2 is historian
         p2 borrows i1               => lent until 2026-03-30 23:59
         i1 returned                 => returned by p2, to main
         show p2                     => 1 closed loans",
    );
}

#[test]
fn away_from_home_it_travels() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at automat2 north automat
         i1 returned                 => returned by p1, to main, SendHome
         show i1                     => in transit to main, seen at north
         i1 returned                 => scanned, to main, SendHome
         show i1                     => in transit to main, seen at north
         # a terminal may tell where it stands
         i1 returned at south        => scanned, to main, SendHome
         show i1                     => in transit to main, seen at south
         # an arrival counts also where returns of what is not on loan are refused
         at automat1 main automat
         terminal no-accept
         i1 returned                 => scanned, to main
         show i1                     => available, seen at main",
    );
}

#[test]
fn a_hold_catches_it_on_its_way() {
    play(
        "at 2026-03-02 10:00
         closed 7
         p1 borrows i1               => lent until 2026-03-30 23:59
         p2 reserves 1 at north      => place 1 for Title 1 at north, available, wanted until 2026-08-29
         p3 reserves 1 at main       => place 2 for Title 1 at main, wanted until 2026-08-29
         i1 returned                 => returned by p1, to north, HoldElsewhere, tied to p2
         show i1                     => in transit to north, seen at main, for p2
         show p2                     => Title 1 under way at north
         p3 borrows i1               => no: HeldForAnother
         at automat2 north automat
         i1 returned                 => scanned, to north, HoldHere, tied to p2
         # seven open days: Sunday the 8th does not count
         show i1                     => on the hold shelf, seen at north, for p2 number 1 until 2026-03-10 23:59
         at 2026-03-03 10:00
         i1 returned                 => scanned, to north, HoldHere, tied to p2
         show i1                     => on the hold shelf, seen at north, for p2 number 1 until 2026-03-10 23:59
         # not picked up: the next scan sends it on
         at 2026-03-11 08:00
         i1 returned                 => scanned, to main, HoldElsewhere, tied to p3
         show p2                     => nothing
         show i1                     => in transit to main, seen at north, for p3",
    );
}

#[test]
fn a_terminal_that_does_not_tie() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         p2 reserves 1 at north      => place 1 for Title 1 at north, available, wanted until 2026-08-29
         terminal no-fulfil
         i1 returned                 => returned by p1, to north, HoldElsewhere, sent towards p2
         show i1                     => in transit to north, seen at main
         show p2                     => Title 1 waits at north
         i1 returned                 => scanned, to north, HoldElsewhere, sent towards p2
         # at the pickup branch staff's scan ties it
         at desk2 north desk
         i1 returned                 => scanned, to north, HoldHere, tied to p2
         show p2                     => Title 1 ready at north",
    );
}

#[test]
fn found_again() {
    play(
        "i1 is lost
         i1 returned                 => scanned, to main, Found
         show i1                     => available, seen at main
         i2 is withdrawn
         i2 returned                 => scanned, to main, Found
         show i2                     => withdrawn, seen at main
         i3 is owned DK-710100
         i3 returned                 => scanned, to main, InterLibrary
         show i3                     => in transit to main, seen at main",
    );
}

#[test]
fn backdating() {
    play(
        "at 2026-03-02 10:00
         rule {\"fine_per_day\": 100}
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         p1 borrows i3               => lent until 2026-03-30 23:59
         p1 borrows i4               => lent until 2026-03-30 23:59
         # the book drop is emptied on the 2nd of April
         at 2026-04-02 08:00
         i1 returned on 2026-03-30 20:00       => returned by p1, to main
         # before the loan, or ahead of us: now
         i2 returned on 2026-02-01 08:00       => returned by p1, to main, fee 114 3.00 for 1 items
         i3 returned on 2026-05-01 08:00       => returned by p1, to main, fee 115 3.00 for 1 items
         terminal no-backdate
         i4 returned on 2026-03-30 20:00       => returned by p1, to main, fee 116 3.00 for 1 items
         show p1                     => owes 300 of 3.00 Overdue 114, owes 300 of 3.00 Overdue 115, owes 300 of 3.00 Overdue 116, 3 closed loans",
    );
}

#[test]
fn a_copy_that_nobody_may_borrow_serves_no_hold() {
    play(
        "at 2026-03-02 10:00
         p2 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         i1 is restricted c
         i1 returned                 => scanned, to main
         i2 returned                 => scanned, to main, HoldHere, tied to p2",
    );
}
