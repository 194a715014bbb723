use super::script::play_in;
use super::world::World;
use skranke_core::policy::AccessProfile;
use skranke_core::time::Time;

/// A door of the main library for residents from 15 years, from 7 to 22, with PIN.
fn door() -> World {
    let mut world = World::new();
    play_in(&mut world, "at door1 main door");
    world.powers().access = Some(AccessProfile {
        min_age: Some(15),
        residents_only: true,
        hours: Some((Time::constant(7, 0, 0, 0), Time::constant(22, 0, 0, 0))),
        require_pin: true,
        ..AccessProfile::default()
    });
    world
}

#[test]
fn who_may_come_in() {
    play_in(
        &mut door(),
        "at 2026-03-02 10:00
         p1 is born 1990-01-01
         pin right
         standing p1                 => may do all
         pin none
         standing p1                 => may not OpenDoor (WrongPin)
         pin wrong
         standing p1                 => may not OpenDoor (WrongPin)
         pin right
         p2 is born 2011-03-03
         standing p2                 => may not OpenDoor (AgeLimit min 15)
         # no birth date, no entry
         standing p3                 => may not OpenDoor (AgeLimit min 15)
         p1 is in 751
         standing p1                 => may not OpenDoor (NotResident)
         p1 is in 615
         at 2026-03-02 06:59
         standing p1                 => may not OpenDoor (OutsideHours)
         at 2026-03-02 22:00
         standing p1                 => may not OpenDoor (OutsideHours)
         at 2026-03-02 07:00
         p1 is expired 2026-03-01
         standing p1                 => may not Borrow (CardExpired on 2026-03-01), may not Renew (CardExpired on 2026-03-01), may not Reserve (CardExpired on 2026-03-01), may not OpenDoor (CardExpired on 2026-03-01)
         p4 is born 1990-01-01
         p4 is blocked O
         standing p4                 => may not LogIn (Blocked O), may not Borrow (Blocked O), may not Renew (Blocked O), may not Reserve (Blocked O), may not OpenDoor (Blocked O)",
    );
}

#[test]
fn a_door_may_overlook_blocks_and_be_open_past_midnight() {
    let mut world = door();
    let profile = world.powers().access.as_mut().unwrap();
    profile.ignore_blocks = true;
    profile.hours = Some((Time::constant(18, 0, 0, 0), Time::constant(6, 0, 0, 0)));
    play_in(
        &mut world,
        "pin right
         p1 is born 1990-01-01
         p1 is blocked S
         at 2026-03-02 23:00
         standing p1                 => may not Borrow (Blocked S), may not Renew (Blocked S), may not Reserve (Blocked S)
         at 2026-03-03 05:59
         standing p1                 => may not Borrow (Blocked S), may not Renew (Blocked S), may not Reserve (Blocked S)
         at 2026-03-03 06:00
         standing p1                 => may not Borrow (Blocked S), may not Renew (Blocked S), may not Reserve (Blocked S), may not OpenDoor (OutsideHours)",
    );
}

#[test]
fn limits_are_those_of_the_first_rule_that_speaks_of_every_item() {
    let mut world = World::new();
    play_in(
        &mut world,
        "rule {\"loan_days\": 28, \"max_loans\": 20, \"max_overdue\": 3}
         rule-first {\"material_group\": \"dvd\", \"max_loans\": 5, \"max_overdue\": 1}
         rule-first {\"patron_category\": \"child\", \"max_loans\": 7}
         p2 is category child",
    );
    let adult = world.standing("p1");
    assert_eq!((adult.loan_limit, adult.overdue_limit), (20, Some(3)));
    let child = world.standing("p2");
    assert_eq!((child.loan_limit, child.overdue_limit), (7, None));
}

#[test]
fn where_no_residence_is_known_nobody_is_resident() {
    let mut world = door();
    world.library.agencies.values_mut().next().unwrap().municipality = None;
    world.state.patrons.values_mut().next().unwrap().municipality = None;
    play_in(
        &mut world,
        "pin right
         p1 is born 1990-01-01
         standing p1                 => may not OpenDoor (NotResident)",
    );
}

#[test]
fn a_door_looks_at_the_blocks_it_is_told_and_lets_in_who_has_a_permission() {
    let mut world = door();
    let profile = world.powers().access.as_mut().unwrap();
    profile.blocks = Some(vec!['O', 'E']);
    profile.permitted = vec!["child-permitted".into()];
    play_in(
        &mut world,
        "at 2026-03-02 10:00
         pin right
         p1 is born 1990-01-01
         p1 is blocked S
         standing p1                 => may not Borrow (Blocked S), may not Renew (Blocked S), may not Reserve (Blocked S)
         p1 is blocked E
         standing p1                 => may not Borrow (Blocked S; Blocked E), may not Renew (Blocked S; Blocked E), may not Reserve (Blocked S; Blocked E), may not OpenDoor (Blocked E)
         p2 is born 2015-01-01
         p2 is in 751
         standing p2                 => may not OpenDoor (AgeLimit min 15; NotResident)
         p2 is category child-permitted
         standing p2                 => may do all",
    );
    assert!(world.standing("p1").too_much_debt, "block E is a debt over the limit");
}

#[test]
fn a_category_ends_on_a_birthday() {
    use skranke_core::agency::CategoryByAge;
    let mut world = World::new();
    let rule = |from: &str, from_age, becomes: &str| CategoryByAge {
        category: from.into(),
        from_age,
        becomes: becomes.into(),
    };
    let agency = world.library.agencies.values_mut().next().unwrap();
    agency.categories_by_age = vec![rule("child", 14, "young"), rule("child", 18, "adult")];
    play_in(
        &mut world,
        "rule {\"max_loans\": 20}
         rule-first {\"patron_category\": \"child\", \"max_loans\": 7, \"loan_days\": 7}
         rule-first {\"patron_category\": \"young\", \"max_loans\": 10, \"loan_days\": 14}
         p1 is category child
         p1 is born 2012-03-03
         p2 is category child
         at 2026-03-02 10:00
         p1 borrows i1               => lent until 2026-03-09 23:59
         at 2026-03-03 10:00
         p1 borrows i2               => lent until 2026-03-17 23:59
         # without a birth date nothing ends
         p2 borrows i3               => lent until 2026-03-10 23:59
         counts                      => 1 loan of standard by child at main on 2026-03-02 (automat) | 1 loan of standard by child at main on 2026-03-03 (automat) | 1 loan of standard by young at main on 2026-03-03 (automat)
         at 2030-03-03 10:00",
    );
    assert_eq!(world.standing("p1").loan_limit, 20);
}
