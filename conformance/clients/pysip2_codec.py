#!/usr/bin/env python3
"""Reads a server's answers with the strict decoder of the PyPI package pysip2, and asks with its encoder.

Usage: pysip2_codec.py HOST PORT LOGIN PASSWORD CARD PIN ITEM BIB
"""

import socket
import sys
from datetime import datetime

import pysip2 as sip

host, port, login, password, card, pin, item, bib = sys.argv[1:9]
failures = 0
sequence = -1
line = socket.create_connection((host, int(port)), timeout=5)
reader = line.makefile("rb")
now = datetime.now().strftime("%Y%m%d    %H%M%S")
common = dict(transaction_date=now, institution_id="DK-761500")


def ask(what, request, kind, **expected):
    """One exchange with error detection; the answer must decode as `kind` with these values."""
    global failures, sequence
    sequence = (sequence + 1) % 10
    line.sendall(sip.encode_message(request, sequence_number=sequence, checksum=True, encoding="utf-8"))
    frame = bytearray()
    while not frame.endswith(b"\r"):
        byte = reader.read(1)
        if not byte:
            print(f"FAIL {what}: the connection was closed")
            sys.exit(1)
        frame += byte
    try:
        decoded = sip.decode_message(bytes(frame), encoding="utf-8")
    except Exception as why:
        failures += 1
        print(f"FAIL {what}: {why} - {frame!r}")
        return None
    answer = decoded.message
    wrong = {name: getattr(answer, name, None) for name, value in expected.items() if getattr(answer, name, None) != value}
    holds = isinstance(answer, kind) and decoded.sequence_number == sequence and not wrong
    failures += not holds
    print(f"{'ok  ' if holds else 'FAIL'} {what}: {type(answer).__name__} {wrong or ''}")
    return answer


patron = dict(common, patron_identifier=card, terminal_password="", patron_password=pin)
ask("login", sip.LoginRequest(uid_algorithm="0", pwd_algorithm="0", login_user_id=login, login_password=password), sip.LoginResponse, ok="1")
ask("status", sip.SCStatusRequest(status_code="0", max_print_width="080", protocol_version="2.00"), sip.ACSStatusResponse, online_status="Y")
ask("patron status", sip.PatronStatusRequest(language="009", **patron), sip.PatronStatusResponse, valid_patron_password="Y")
for place in range(6):
    summary = (" " * place + "Y").ljust(10)
    ask(f"patron information, list {place}", sip.PatronInformationRequest(language="009", summary=summary, **patron),
        sip.PatronInformationResponse, valid_patron="Y")
ask("unknown patron", sip.PatronStatusRequest(language="001", **{**patron, "patron_identifier": "nobody"}), sip.PatronStatusResponse, valid_patron="N")
ask("item", sip.ItemInformationRequest(item_identifier=item, **common), sip.ItemInformationResponse, circulation_status="03")
lending = dict(common, no_block="N", nb_due_date=now, patron_identifier=card, item_identifier=item, terminal_password="")
ask("check-out", sip.CheckoutRequest(sc_renewal_policy="N", **lending), sip.CheckoutResponse, ok="1")
ask("check-out again", sip.CheckoutRequest(sc_renewal_policy="N", **{**lending, "terminal_password": "x"}), sip.CheckoutResponse, ok="0")
ask("renew", sip.RenewRequest(third_party_allowed="N", **lending), sip.RenewResponse)
ask("renew all", sip.RenewAllRequest(**patron), sip.RenewAllResponse, ok="1")
ask("hold", sip.HoldRequest(hold_mode="+", title_identifier=bib, **patron), sip.HoldResponse, ok="1")
ask("cancel hold", sip.HoldRequest(hold_mode="-", title_identifier=bib, **patron), sip.HoldResponse, ok="1")
ask("check-in", sip.CheckinRequest(no_block="N", return_date=now, current_location="", item_identifier=item, terminal_password="", **common),
    sip.CheckinResponse, ok="1")
ask("item status update", sip.ItemStatusUpdateRequest(item_identifier=item, item_properties="vægt=450", **common), sip.ItemStatusUpdateResponse,
    item_properties_ok="1")
ask("patron enable", sip.PatronEnableRequest(**patron), sip.PatronEnableResponse)
ask("fee of nothing", sip.FeePaidRequest(fee_type="01", payment_type="00", currency_type="DKK", fee_amount="0.00", **patron), sip.FeePaidResponse,
    payment_accepted="N")
ask("end of session", sip.EndPatronSessionRequest(**patron), sip.EndSessionResponse, end_session="Y")
sys.exit(1 if failures else 0)
