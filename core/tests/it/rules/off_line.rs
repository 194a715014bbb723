use super::script::play;

#[test]
fn recorded_whatever_the_blocks_say() {
    play(
        "at 2026-03-10 10:00
         rule {\"max_loans\": 0, \"loanable\": false}
         p1 is blocked U
         p1 borrows i1 happened 2026-03-02 12:00                        => lent until 2026-03-30 23:59
         p1 borrows i2 happened 2026-03-02 12:00 due 2026-03-15 23:59   => lent until 2026-03-15 23:59
         # told again after the lines came back
         p1 borrows i1 happened 2026-03-02 12:00                        => lent until 2026-03-30 23:59, repeated
         i1 returned off-line on 2026-03-03 12:00                       => returned by p1, to main
         p1 borrows i1 happened 2026-03-02 12:00                        => lent until 2026-03-30 23:59, repeated
         show i1                     => available, seen at main
         notes                       => ",
    );
}

#[test]
fn told_to_staff_where_it_cannot_be() {
    play(
        "p1 borrows i77 happened 2026-03-02 09:00     => no: UnknownItem
         p77 borrows i1 happened 2026-03-02 09:00     => no: UnknownPatron
         i77 returned off-line                        => no: UnknownItem
         notes                       => offline_rejected, offline_rejected, offline_rejected
         note-texts                  => automat1: told off-line and not recorded: item i77, card p1 at 2026-03-02T08:00:00Z | automat1: told off-line and not recorded: item i1, card p77 at 2026-03-02T08:00:00Z | automat1: told off-line and not recorded: return of item i77 at 2026-03-02T09:00:00Z
         terminal no-off-line
         p1 borrows i1 happened 2026-03-02 09:00      => no: TerminalMayNot
         i1 returned off-line                         => no: TerminalMayNot
         notes                       => offline_rejected, offline_rejected, offline_rejected",
    );
}

#[test]
fn meanwhile_lent_to_another() {
    play(
        "at 2026-03-02 10:00
         p2 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-10 10:00
         p1 borrows i1 happened 2026-03-05 12:00      => lent until 2026-04-02 23:59
         show i1                     => on loan to p1 until 2026-04-02 23:59, renewed 0, seen at main
         show p2                     => nothing
         notes                       => off_line_loan_ended_another
         # undone it is at hand, not on loan to the one before
         undo loan i1                => returned by p1, to main
         show i1                     => reshelving, seen at main",
    );
}

#[test]
fn held_for_another() {
    play(
        "at 2026-03-02 10:00
         p2 reserves 1               => place 1 for Title 1 at main, available, wanted until 2026-08-29
         i1 returned                 => scanned, to main, HoldHere, tied to p2
         p1 borrows i1 happened 2026-03-02 09:30      => lent until 2026-03-30 23:59
         show p2                     => Title 1 waits at main
         notes                       => off_line_loan_took_held
         undo loan i1                => returned by p1, to main
         show i1                     => reshelving, seen at main",
    );
}

#[test]
fn a_stored_return_does_not_end_a_later_loan() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-05 10:00
         i1 returned                 => returned by p1, to main
         p2 borrows i1               => lent until 2026-04-02 23:59
         i1 returned off-line on 2026-03-04 20:00     => scanned, to main
         show i1                     => on loan to p2 until 2026-04-02 23:59, renewed 0, seen at main
         notes                       => return_superseded",
    );
}

#[test]
fn a_return_in_the_second_of_its_loan_is_of_that_loan() {
    let mut world = super::world::World::new();
    super::script::play_in(&mut world, "at 2026-03-02 10:00");
    // the server counts milliseconds, the terminal whole seconds
    world.now += jiff::SignedDuration::from_millis(700);
    super::script::play_in(
        &mut world,
        "p1 borrows i1               => lent until 2026-03-30 23:59
         i1 returned off-line on 2026-03-02 10:00     => returned by p1, to main
         notes                       => ",
    );
}

#[test]
fn lent_on_to_the_same_patron() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-03-10 10:00
         p1 borrows i1 happened 2026-03-05 12:00      => lent until 2026-04-02 23:59, renewed 1 times
         p1 borrows i1 happened 2026-03-01 12:00      => lent until 2026-04-02 23:59, repeated",
    );
}

#[test]
fn another_terminals_loan_of_that_minute_is_not_this_one() {
    play(
        "at 2026-03-02 10:00
         at automat2 main automat
         p2 borrows i1               => lent until 2026-03-30 23:59
         i1 returned                 => returned by p2, to main
         at automat1 main automat
         p1 borrows i1 happened 2026-03-02 10:00      => lent until 2026-03-30 23:59
         show i1                     => on loan to p1 until 2026-03-30 23:59, renewed 0, seen at main",
    );
}

#[test]
fn a_clock_that_is_a_year_ahead_is_not_believed() {
    play(
        "at 2026-03-02 10:00
         p1 borrows i1 happened 2027-03-02 10:00      => lent until 2026-03-30 23:59",
    );
}
