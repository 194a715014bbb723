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
        ignore_blocks: false,
        require_pin: true,
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
