use super::script::{play, play_in};
use super::world::World;
use skranke_core::ports::Event;

#[test]
fn events_are_counted_without_the_person() {
    play(
        "at 2026-03-02 23:30
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         p2 is category child
         p2 borrows i3               => lent until 2026-03-30 23:59
         at 2026-03-03 00:30
         p1 renews i1                => renewed until 2026-03-31 23:59, 1 times
         p2 reserves 3               => place 1 for Title 3 at main, available, wanted until 2026-08-30
         at desk1 north desk
         i2 returned                 => returned by p1, to main, SendHome
         # a scan and a refusal are no events
         i2 returned                 => scanned, to main, SendHome
         p1 borrows i3               => no: OnLoanToAnother
         # what was undone never was
         at automat1 main automat
         p3 borrows i4               => lent until 2026-03-31 23:59
         undo loan i4                => returned by p3, to main
         p1 borrows i1               => lent until 2026-03-31 23:59, renewed 2 times
         undo loan i1                => returned by p1, to main
         counts                      => 1 hold of standard by child at main on 2026-03-03 (automat) | 1 loan of standard by child at main on 2026-03-02 (automat) | 1 renewal of standard by adult at main on 2026-03-03 (automat) | 1 return of standard by at north on 2026-03-03 (staff) | 2 loan of standard by adult at main on 2026-03-02 (automat)",
    );
}

#[test]
fn a_loan_is_counted_by_the_coded_data_of_its_record() {
    let mut world = World::new();
    for n in [1, 2] {
        let item = world.state.items.get_mut(&skranke_core::ids::ItemId(n)).unwrap();
        item.coded = "periodical/p/children/dan".parse().unwrap();
    }
    play_in(
        &mut world,
        "at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         p1 borrows i3               => lent until 2026-03-30 23:59",
    );
    let told = |world: &World| {
        let told = |(event, count): (&Event, &u64)| format!("{count} {}", event.coded.unwrap());
        let mut told: Vec<String> = world.state.counts.iter().map(told).collect();
        told.sort();
        told
    };
    assert_eq!(told(&world), ["1 other/m/adult/", "2 periodical/p/children/dan"]);
    play_in(&mut world, "undo loan i2 => returned by p1, to main");
    assert_eq!(told(&world), ["1 other/m/adult/", "1 periodical/p/children/dan"]);
    play_in(&mut world, "undo loan i1 => returned by p1, to main");
    assert_eq!(told(&world), ["1 other/m/adult/"]);
}
