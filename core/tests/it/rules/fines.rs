use super::script::play;

const DANISH: &str = r#"rule {"fine_steps": [[1, 2000], [8, 6000], [15, 12000], [31, 23000]], "child_fine_steps": [[1, 1000], [8, 3000], [15, 5500], [31, 12000]], "adult_age": 14, "fine_group": "due_date", "max_loans": 50}"#;

fn page(text: &str) {
    play(&format!("at 2026-03-02 10:00\n{DANISH}\n{text}"));
}

#[test]
fn one_fee_for_each_due_date_and_return_occasion() {
    page(
        "p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         p1 borrows i3               => lent until 2026-03-30 23:59
         at 2026-03-03 10:00
         p1 borrows i4               => lent until 2026-03-31 23:59
         at 2026-04-08 09:00
         i1 returned                 => returned by p1, to main, fee 113 60.00 for 1 items
         # the same due date on the same day: the same fee, not a øre more
         i2 returned                 => returned by p1, to main, fee 113 60.00 for 2 items
         # another due date: another fee
         i4 returned                 => returned by p1, to main, fee 115 60.00 for 1 items
         # another day: another occasion
         at 2026-04-09 09:00
         i3 returned                 => returned by p1, to main, fee 116 60.00 for 1 items
         show p1                     => owes 6000 of 60.00 Overdue 113, owes 6000 of 60.00 Overdue 115, owes 6000 of 60.00 Overdue 116, 4 closed loans",
    );
}

#[test]
fn steps_by_calendar_days() {
    page(
        "p1 borrows i1               => lent until 2026-03-30 23:59
         p2 borrows i2               => lent until 2026-03-30 23:59
         p3 borrows i3               => lent until 2026-03-30 23:59
         p4 borrows i4               => lent until 2026-03-30 23:59
         p5 borrows i5               => lent until 2026-03-30 23:59
         at 2026-03-30 23:58
         i1 returned                 => returned by p1, to main
         at 2026-03-31 00:01
         i2 returned                 => returned by p2, to main, fee 117 20.00 for 1 items
         at 2026-04-07 10:00
         i3 returned                 => returned by p3, to main, fee 118 60.00 for 1 items
         at 2026-04-29 10:00
         i4 returned                 => returned by p4, to main, fee 119 120.00 for 1 items
         at 2026-04-30 10:00
         i5 returned                 => returned by p5, to main, fee 120 230.00 for 1 items",
    );
}

#[test]
fn the_childs_scale_by_age_at_return() {
    page(
        "p1 is born 2012-04-01
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         at 2026-03-31 10:00
         i1 returned                 => returned by p1, to main, fee 107 10.00 for 1 items
         at 2026-04-01 10:00
         i2 returned                 => returned by p1, to main, fee 108 20.00 for 1 items",
    );
}

#[test]
fn the_dearer_item_makes_the_shared_fee_grow_once() {
    page(
        "rule-first {\"material_group\": \"dvd\", \"fine_per_day\": 1000, \"fine_cap\": 5000, \"fine_group\": \"due_date\"}
         i2 is group dvd
         i3 is group dvd
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         p1 borrows i3               => lent until 2026-03-30 23:59
         at 2026-04-04 10:00
         i1 returned                 => returned by p1, to main, fee 110 20.00 for 1 items
         i2 returned                 => returned by p1, to main, fee 110 50.00 for 2 items
         i3 returned                 => returned by p1, to main, fee 110 50.00 for 3 items
         p1 pays 50.00               => 5000 on 110, owes 0.00
         # once it is settled the loans let go of the person
         show p1                     => nothing",
    );
}

#[test]
fn debt_over_the_limit_blocks_and_payment_lifts_it() {
    page(
        "p1 borrows i1               => lent until 2026-03-30 23:59
         at 2026-05-10 10:00
         i1 returned                 => returned by p1, to main, fee 104 230.00 for 1 items
         standing p1                 => may not Borrow (DebtLimit 230.00 over 200.00), may not Renew (DebtLimit 230.00 over 200.00), may not Reserve (DebtLimit 230.00 over 200.00), may not OpenDoor (DebtLimit 230.00 over 200.00)
         p1 pays 30.00               => 3000 on 104, owes 200.00
         standing p1                 => may do all",
    );
}

#[test]
fn the_occasion_is_a_local_day() {
    page(
        "p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         # 23:30 and 00:30 in Denmark are one day in UTC
         at 2026-04-01 23:30
         i1 returned                 => returned by p1, to main, fee 107 20.00 for 1 items
         at 2026-04-02 00:30
         i2 returned                 => returned by p1, to main, fee 108 20.00 for 1 items",
    );
}

#[test]
fn the_cheaper_item_leaves_the_shared_fee_as_it_is() {
    page(
        "rule-first {\"material_group\": \"dvd\", \"fine_per_day\": 1000, \"fine_group\": \"due_date\"}
         i1 is group dvd
         p1 borrows i1               => lent until 2026-03-30 23:59
         p1 borrows i2               => lent until 2026-03-30 23:59
         at 2026-04-04 10:00
         i1 returned                 => returned by p1, to main, fee 107 50.00 for 1 items
         i2 returned                 => returned by p1, to main, fee 107 50.00 for 2 items",
    );
}
