#!/usr/bin/env python3
"""Drives the PyPI package sip2 (a client with error detection and sequence numbers) through a patron's visit.

Usage: python_sip2.py HOST PORT LOGIN PASSWORD CARD PIN ITEM
"""

import sys

from Sip2.wrapper import Sip2Wrapper

host, port, login, password, card, pin, item = sys.argv[1:8]
failures = 0


def check(what, holds, seen):
    global failures
    failures += not holds
    print(f"{'ok  ' if holds else 'FAIL'} {what}: {seen}")


def value(answer, field):
    return answer["variable"].get(field, [None])[0]


wrapper = Sip2Wrapper({"hostName": host, "hostPort": int(port), "tlsEnable": False, "hostEncoding": "utf-8", "language": "009",
                       "institutionId": "DK-761500", "loglevel": "CRITICAL"})
check("login and status", wrapper.login_device(login, password), wrapper.return_sc_status()["variable"].get("BX"))
check("patron's PIN is right", wrapper.login_patron(card, pin), wrapper.get_patron_status()["variable"].get("AE"))
check("no debt", wrapper.get_patron_finesTotal() == 0, wrapper.get_patron_finesTotal())
before = wrapper.sip_item_information(item)
check("the item is available", before["fixed"]["CirculationStatus"] == "03", value(before, "AJ"))
# Version 1.1 of the wrapper reads the patron's flags upside down and sends check-outs and renewals for barred patrons only;
# the layer beneath it builds and reads the same messages.
sip2 = wrapper.return_sip2()
out = sip2.sip_checkout_response(sip2.get_response(sip2.sip_checkout_request(item)))
check("check-out", str(out["fixed"]["Ok"]) == "1", value(out, "AH"))
charged = wrapper.get_patron_chargedItems()
check("the loan is listed", item in list(charged), charged)
renewed = sip2.sip_renew_response(sip2.get_response(sip2.sip_renew_request(item)))
check("renewal is answered", str(renewed["fixed"]["Ok"]) in "01", value(renewed, "AH"))
back = sip2.sip_checkin_response(sip2.get_response(sip2.sip_checkin_request(item)))
check("check-in", str(back["fixed"]["Ok"]) == "1", value(back, "AQ"))
end = sip2.sip_end_patron_session_response(sip2.get_response(sip2.sip_end_patron_session_request()))
check("end of session", end["fixed"]["EndSession"] == "Y", end["fixed"])
wrong = wrapper.login_patron(card, "not-the-pin")
check("a wrong PIN is no login", wrong is False, wrapper._patronStatus["variable"].get("CQ"))
sys.exit(1 if failures else 0)
