use super::script::play;

#[test]
fn places_in_the_queue() {
    play(
        "at 2026-03-02 10:00
         p1 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p2 reserves 1 until 2026-04-01 at north => place 2 for Title 1 at north, wanted until 2026-04-01
         p2 reserves i2              => no: AlreadyReserved position 2
         p3 borrows i3               => lent until 2026-03-30 23:59
         p3 reserves 2               => no: AlreadyOnLoanToPatron
         p3 reserves 77              => no: UnknownBib
         p3 reserves i77             => no: UnknownItem
         p3 reserves                 => no: Incomplete
         p77 reserves 1              => no: UnknownPatron
         p3 reserves 1 at moon       => no: UnknownPickup
         # any item's home is a place
         i6 is of island
         p4 reserves 1 at island     => place 3 for Title 1 at island, wanted until 2026-08-29
         p3 reserves 1 until 2026-03-01 => no: DatePassed
         p3 reserves 1 from 2026-05-01 until 2026-04-01 => no: DatePassed
         p3 is blocked O
         p3 reserves 1               => no: Blocked O",
    );
}

#[test]
fn what_may_be_reserved() {
    play(
        "at 2026-03-02 10:00
         rule {\"max_holds\": 1}
         rule-first {\"material_group\": \"fjorten\", \"holdable\": false}
         i1 is group fjorten
         i2 is group fjorten
         p1 reserves 1               => no: NotHoldable
         i3 is restricted a
         p1 reserves i3 this-copy    => no: NotForLoan
         # the other copy may
         p1 reserves i3              => place 1 for Title 2 at main, available, wanted until 2026-08-29
         p1 reserves 3               => no: HoldLimit have 1 max 1
         i5 is lost
         p2 reserves i5 this-copy    => no: NotAvailable
         i6 is withdrawn
         p2 reserves 3               => no: NoCopies",
    );
}

#[test]
fn picked_up_at_the_patrons_own_branch_where_nothing_is_said() {
    play(
        "at automat2 north automat
         p1 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29",
    );
}

#[test]
fn it_may_cost() {
    play(
        "rule {\"hold_fee\": 1000}
         p1 reserves 1               => no: FeeNotAcknowledged Hold 10.00
         p1 reserves 1 2 fee-ok      => place 1 for Title 1 at main, available, 2 holds, wanted until 2026-08-29
         show p1                     => Title 1 waits at main, Title 2 waits at main, owes 2000 of 20.00 Hold 107",
    );
}

#[test]
fn a_batch_is_all_or_nothing() {
    play(
        "p1 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p1 reserves 2 1 3           => no: AlreadyReserved position 1
         show p1                     => Title 1 waits at main
         p1 reserves 2 2             => no: AlreadyReserved position 0
         p1 reserves 2 3             => place 1 for Title 2 at main, available, 2 holds, wanted until 2026-08-29",
    );
}

#[test]
fn the_first_alternative_to_arrive_wins() {
    play(
        "p1 reserves 1 2 3 parallel  => place 1 for Title 1 at main, available, 3 holds, wanted until 2026-08-29
         i3 returned                 => scanned, to main, HoldHere, tied to p1
         show p1                     => Title 2 ready at main
         i1 returned                 => scanned, to main",
    );
}

#[test]
fn whose_turn_it_is() {
    play(
        "at 2026-03-02 10:00
         p1 reserves 1                               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p2 reserves 1 from 2026-03-20               => place 2 for Title 1 at main, wanted until 2026-09-16
         p3 reserves 1 until 2026-03-05              => place 3 for Title 1 at main, wanted until 2026-03-05
         p4 reserves i2 this-copy                    => place 4 for Title 1 at main, wanted until 2026-08-29
         p5 reserves 1 branch-copy at north          => no: NoCopies
         i1 is of north
         p5 reserves 1 branch-copy at north          => place 5 for Title 1 at north, wanted until 2026-08-29
         # p1 is away: skipped, his place kept; p2 waits for the 20th; p3 lost interest; p4 wants the other copy
         p1 is away 2026-03-01 2026-03-31
         at 2026-03-06 10:00
         at desk2 north desk
         i1 returned                                 => scanned, to north, HoldHere, tied to p5
         p5 cancels 1                                => place 0 for Title 1 at north, wanted until 2026-08-29
         show i1                                     => reshelving, seen at north
         at 2026-03-20 10:00
         i1 returned                                 => scanned, to main, HoldElsewhere, tied to p2
         p2 cancels i1                               => place 0 for Title 1 at main, wanted until 2026-09-16
         show i1                                     => in transit to main, seen at north
         at 2026-04-01 10:00
         at desk1 main desk
         i1 returned                                 => scanned, to main, HoldHere, tied to p1
         i2 returned                                 => scanned, to main, HoldHere, tied to p4
         show i2                                     => on the hold shelf, seen at main, for p4 number 2 until 2026-04-08 23:59",
    );
}

#[test]
fn giving_up_and_changing() {
    play(
        "at 2026-03-02 10:00
         p1 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p1 changes 1 at north until 2026-05-01 => place 1 for Title 1 at north, wanted until 2026-05-01
         p1 changes 1 at moon        => no: UnknownPickup
         p1 changes 1 until 2026-03-01 => no: DatePassed
         p1 changes 2 at main        => no: UnknownHold
         p1 changes i2 this-copy     => place 1 for Title 1 at north, wanted until 2026-05-01
         i1 returned                 => scanned, to main
         i2 returned                 => scanned, to north, HoldElsewhere, tied to p1
         # under way it may be sent elsewhere
         p1 changes 1 at main        => place 0 for Title 1 at main, wanted until 2026-05-01
         show i2                     => in transit to main, seen at main, for p1
         i2 returned                 => scanned, to main, HoldHere, tied to p1
         p1 changes 1 at north       => no: NotAvailable
         p1 cancels 2                => no: UnknownHold
         p1 cancels 1                => place 0 for Title 1 at main, wanted until 2026-05-01
         show i2                     => reshelving, seen at main
         p1 cancels 1                => no: UnknownHold",
    );
}

#[test]
fn issues_of_a_serial() {
    play(
        "i1 is issue 2026/3
         i2 is issue 2026/4
         p1 reserves 1 issue 2026/4  => place 1 for Title 1 at main, available, wanted until 2026-08-29
         p1 reserves 1 issue 2026/4  => no: AlreadyReserved position 1
         p1 reserves 1 issue 2026/3  => place 2 for Title 1 at main, available, wanted until 2026-08-29
         p1 reserves 1 issue 1999/1  => no: NoCopies
         i2 returned                 => scanned, to main, HoldHere, tied to p1
         i1 returned                 => scanned, to main, HoldHere, tied to p1",
    );
}

#[test]
fn a_lapsed_hold_stands_in_nobodys_way() {
    play(
        "at 2026-03-02 10:00
         rule {\"max_holds\": 1}
         p1 reserves 1 until 2026-03-10 => place 1 for Title 1 at main, available, wanted until 2026-03-10
         at 2026-03-10 10:00
         p1 reserves 2               => no: HoldLimit have 1 max 1
         at 2026-03-11 10:00
         p1 reserves 2               => place 1 for Title 2 at main, available, wanted until 2026-09-07
         show p1                     => Title 2 waits at main",
    );
}

#[test]
fn copies_of_other_libraries_do_not_count() {
    play(
        "i1 is owned DK-710100
         i2 is owned DK-710100
         p1 reserves 1               => no: NoCopies
         # a stranger's item is sent back and serves nobody here
         i3 is owned DK-710100
         p1 reserves 2               => place 1 for Title 2 at main, available, wanted until 2026-08-29
         i3 returned                 => scanned, to main, InterLibrary
         i4 returned                 => scanned, to main, HoldHere, tied to p1",
    );
}
