#!/usr/bin/env python3
"""The PyPI package pysip2 as a server over plain dictionaries: what the conformance suite and the bench compare with.

Usage: pysip2_server.py PORT DEMO_FOLDER

It knows the demo library's cards and items and has a user's ordinary handlers: each is what the package's README shows,
filled with the obvious library logic. Nothing is stored on disk, so what it acknowledges is lost when it stops.
"""

import csv
import sys
from datetime import datetime, timedelta
from pathlib import Path

import anyio
import pysip2 as sip

BLANK = " " * 14
UNKNOWN = "YYYY" + " " * 10


class Library:
    def __init__(self, demo):
        with open(demo / "cards.csv", encoding="utf-8") as file:
            self.cards = {row["card"]: row for row in csv.DictReader(file)}
        with open(demo / "patrons.csv", encoding="utf-8") as file:
            self.patrons = {card: row for row in csv.DictReader(file) for card in row["card"].split(";")}
        with open(demo / "items.csv", encoding="utf-8") as file:
            self.items = {row["barcode"]: row for row in csv.DictReader(file)}
        self.loans = {}  # barcode -> (card, due)
        self.holds = {}  # barcode or control number -> [card]
        self.debts = {c: 26500 for c, row in self.cards.items() if row["state"] == "over_fee_limit"}
        self.paid = set()

    def barred(self, card):
        return self.cards[card]["state"].startswith(("blocked", "expired", "over_fee_limit", "child_at_loan_limit"))

    def of(self, card):
        return [item for item, (holder, _) in self.loans.items() if holder == card]


def due_date():
    return (datetime.now() + timedelta(days=28)).strftime("%Y%m%d    235900")


def money(amount):
    return f"{amount // 100}.{amount % 100:02}"


def build(library):
    app = sip.SIP2Server(
        institution_id="DK-761500", library_name="Fjordby Bibliotek", encoding="utf-8", login_required=True
    )

    @app.route(sip.LOGIN)
    async def login(req, ctx):
        good = req.login_user_id == req.login_password and req.login_user_id.rstrip("0123456789") in ("automat", "sorter", "door")
        return sip.LoginResponse(ok="1" if good else "0")

    def patron_fields(req, ctx):
        card = library.cards.get(req.patron_identifier)
        common = dict(
            language=getattr(req, "language", "000"),
            transaction_date=ctx.now_18(),
            institution_id="DK-761500",
            patron_identifier=req.patron_identifier,
        )
        if card is None:
            return common | dict(
                patron_status=UNKNOWN, personal_name="", valid_patron="N",
                valid_patron_password="N" if req.patron_password else None, screen_message=("Unknown patron",),
            )
        right = req.patron_password == card["pin"]
        return common | dict(
            patron_status="YYYY" + " " * 10 if library.barred(req.patron_identifier) else BLANK,
            personal_name=library.patrons[req.patron_identifier]["name"],
            valid_patron="Y",
            valid_patron_password=None if req.patron_password is None else "Y" if right else "N",
        )

    @app.route(sip.PATRON_STATUS)
    async def patron_status(req, ctx):
        fields = patron_fields(req, ctx)
        if fields["personal_name"]:
            fields |= dict(currency_type="DKK", fee_amount=money(library.debts.get(req.patron_identifier, 0)))
        return sip.PatronStatusResponse(**fields)

    @app.route(sip.PATRON_INFORMATION)
    async def patron_information(req, ctx):
        fields = patron_fields(req, ctx)
        loans = library.of(req.patron_identifier)
        waiting = [what for what, queue in library.holds.items() if req.patron_identifier in queue]
        debt = library.debts.get(req.patron_identifier, 0)
        if fields["personal_name"]:
            fields |= dict(currency_type="DKK", fee_amount=money(debt))
        if req.summary[2:3] == "Y":
            fields["charged_items"] = tuple(loans)
        if req.summary[3:4] == "Y" and debt:
            fields["fine_items"] = ("1 " + money(debt),)
        if req.summary[5:6] == "Y":
            fields["unavailable_hold_items"] = tuple(waiting)
        return sip.PatronInformationResponse(
            hold_items_count="0000", overdue_items_count="0000", charged_items_count=f"{len(loans):04}",
            fine_items_count=f"{1 if debt else 0:04}", recall_items_count="0000",
            unavailable_holds_count=f"{len(waiting):04}", **fields,
        )

    @app.route(sip.CHECKOUT)
    async def checkout(req, ctx):
        item, card = library.items.get(req.item_identifier), library.cards.get(req.patron_identifier)
        holder = library.loans.get(req.item_identifier, (None, ""))[0]
        own = holder == req.patron_identifier
        wrong_pin = card is not None and req.patron_password is not None and req.patron_password != card["pin"]
        ok = item is not None and card is not None and not wrong_pin and holder is None and not library.barred(req.patron_identifier)
        ok = ok or (own and req.sc_renewal_policy == "Y")
        if ok:
            library.loans[req.item_identifier] = (req.patron_identifier, due_date())
        return sip.CheckoutResponse(
            ok="1" if ok else "0", renewal_ok="Y" if ok and own else "N", magnetic_media="N",
            desensitize="Y" if ok else "N", transaction_date=ctx.now_18(), institution_id="DK-761500",
            patron_identifier=req.patron_identifier, item_identifier=req.item_identifier,
            title_identifier=item["call_number"] if item else "", due_date=due_date() if ok else "",
            screen_message=() if ok else ("Cannot be lent",),
        )

    @app.route(sip.CHECKIN)
    async def checkin(req, ctx):
        item = library.items.get(req.item_identifier)
        holder, _ = library.loans.pop(req.item_identifier, (None, ""))
        wanted = bool(library.holds.get(req.item_identifier))
        return sip.CheckinResponse(
            ok="1" if item else "0", resensitize="Y" if item else "N", magnetic_media="N" if item else "U",
            alert="Y" if wanted or not item else "N", transaction_date=ctx.now_18(), institution_id="DK-761500",
            item_identifier=req.item_identifier, permanent_location=item["branch"] if item else "",
            patron_identifier=holder, screen_message=() if item else ("Unknown item",),
        )

    @app.route(sip.ITEM_INFORMATION)
    async def item_information(req, ctx):
        item = library.items.get(req.item_identifier)
        loan = library.loans.get(req.item_identifier)
        return sip.ItemInformationResponse(
            circulation_status="01" if item is None else "04" if loan else "03", security_marker="01", fee_type="01",
            transaction_date=ctx.now_18(), item_identifier=req.item_identifier,
            title_identifier=item["call_number"] if item else "",
            hold_queue_length=str(len(library.holds.get(req.item_identifier, ()))) if item else None,
            due_date=loan[1] if loan else None, permanent_location=item["branch"] if item else None,
            screen_message=() if item else ("Unknown item",),
        )

    @app.route(sip.ITEM_STATUS_UPDATE)
    async def item_status_update(req, ctx):
        known = req.item_identifier in library.items
        return sip.ItemStatusUpdateResponse(
            item_properties_ok="1" if known else "0", transaction_date=ctx.now_18(), item_identifier=req.item_identifier,
            screen_message=() if known else ("Unknown item",),
        )

    @app.route(sip.END_PATRON_SESSION)
    async def end_session(req, ctx):
        return sip.EndSessionResponse(
            end_session="Y", transaction_date=ctx.now_18(), institution_id="DK-761500",
            patron_identifier=req.patron_identifier,
        )

    @app.route(sip.FEE_PAID)
    async def fee_paid(req, ctx):
        try:
            amount = round(float(req.fee_amount) * 100)
        except ValueError:
            amount = 0
        key = (req.patron_identifier, req.transaction_id, amount)
        again = req.transaction_id is not None and key in library.paid
        ok = again or 0 < amount <= library.debts.get(req.patron_identifier, 0)
        if ok and not again:
            library.debts[req.patron_identifier] -= amount
            library.paid.add(key)
        return sip.FeePaidResponse(
            payment_accepted="Y" if ok else "N", transaction_date=ctx.now_18(), institution_id="DK-761500",
            patron_identifier=req.patron_identifier, transaction_id=req.transaction_id,
            screen_message=() if ok else ("Not accepted",),
        )

    @app.route(sip.HOLD)
    async def hold(req, ctx):
        what = req.item_identifier or req.title_identifier
        known = req.patron_identifier in library.cards and bool(what)
        queue = library.holds.setdefault(what, []) if known else []
        there = req.patron_identifier in queue
        ok = known and (there if req.hold_mode in "-*" else not there)
        if ok and req.hold_mode == "+":
            queue.append(req.patron_identifier)
        elif ok and req.hold_mode == "-":
            queue.remove(req.patron_identifier)
        place = queue.index(req.patron_identifier) + 1 if req.patron_identifier in queue else None
        return sip.HoldResponse(
            ok="1" if ok else "0", available="N", transaction_date=ctx.now_18(), institution_id="DK-761500",
            patron_identifier=req.patron_identifier, item_identifier=req.item_identifier or None,
            title_identifier=req.title_identifier or None, expiration_date=req.expiration_date,
            queue_position=str(place) if place else None, screen_message=() if ok else ("Not reserved",),
        )

    @app.route(sip.RENEW)
    async def renew(req, ctx):
        holder, due = library.loans.get(req.item_identifier, (None, ""))
        ok = holder is not None and holder == req.patron_identifier
        return sip.RenewResponse(
            ok="1" if ok else "0", renewal_ok="Y" if ok else "N", magnetic_media="N", desensitize="N",
            transaction_date=ctx.now_18(), institution_id="DK-761500", patron_identifier=req.patron_identifier,
            item_identifier=req.item_identifier or "", title_identifier="", due_date=due_date() if ok else due,
            screen_message=() if ok else ("Not renewed",),
        )

    @app.route(sip.RENEW_ALL)
    async def renew_all(req, ctx):
        loans = library.of(req.patron_identifier)
        known = req.patron_identifier in library.cards
        return sip.RenewAllResponse(
            ok="1" if known else "0", renewed_count=f"{len(loans):04}", unrenewed_count="0000",
            transaction_date=ctx.now_18(), institution_id="DK-761500", renewed_items=tuple(loans),
        )

    @app.route(sip.BLOCK_PATRON)
    async def block(req, ctx):
        known = req.patron_identifier in library.cards
        return sip.PatronStatusResponse(
            patron_status=UNKNOWN, language="000", transaction_date=ctx.now_18(), institution_id="DK-761500",
            patron_identifier=req.patron_identifier, personal_name="", valid_patron="Y" if known else "N",
        )

    @app.route(sip.PATRON_ENABLE)
    async def enable(req, ctx):
        return sip.PatronEnableResponse(**{k: v for k, v in patron_fields(req, ctx).items()})

    return app


async def main():
    port, demo = int(sys.argv[1]), Path(sys.argv[2])
    app = build(Library(demo))
    async with app.start("127.0.0.1", port):
        print("ready", flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    anyio.run(main)
