use super::script::play;

#[test]
fn blocked_at_an_automat_and_enabled() {
    play(
        "p1 is blocked U
         p1 blocked lost kept        => may not Borrow (Blocked U; Blocked S lost), may not Renew (Blocked U; Blocked S lost), may not Reserve (Blocked U; Blocked S lost), may not OpenDoor (Blocked U; Blocked S lost)
         notes                       => card_blocked, card_retained
         # the same again changes nothing
         p1 blocked lost kept        => may not Borrow (Blocked U; Blocked S lost), may not Renew (Blocked U; Blocked S lost), may not Reserve (Blocked U; Blocked S lost), may not OpenDoor (Blocked U; Blocked S lost)
         notes                       => card_blocked, card_retained
         p1 enabled                  => no: TerminalMayNot
         terminal enable
         pin wrong
         p1 enabled                  => no: WrongPin
         pin none
         # never the block of staff
         p1 enabled                  => may not Borrow (Blocked U), may not Renew (Blocked U), may not Reserve (Blocked U), may not OpenDoor (Blocked U)
         p77 blocked x               => no: UnknownPatron
         terminal no-block
         p2 blocked x                => no: TerminalMayNot
         standing p2                 => may do all",
    );
}
