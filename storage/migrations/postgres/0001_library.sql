-- The library. Times are UTC milliseconds, days are ISO text, money is minor units with its currency beside it.
-- The same tables for SQLite stand in ../sqlite; a test holds the two together.

-- What the library knows about works. A deleted record stays as a tombstone.
CREATE TABLE bib (
    id             bigint  PRIMARY KEY,
    agency         TEXT    NOT NULL,
    control_number TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    format         TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    author         TEXT    NOT NULL,
    coded          TEXT    NOT NULL,
    deleted        bigint  NOT NULL,
    changed        bigint  NOT NULL,
    hash           bytea   NOT NULL,
    content        bytea   NOT NULL
);
CREATE UNIQUE INDEX bib_number ON bib (control_number, agency, kind);
CREATE INDEX bib_agency ON bib (agency, id);

-- Copies. What names the record is copied from it, so that reading an item reads one row.
CREATE TABLE item (
    id               bigint  PRIMARY KEY,
    agency           TEXT    NOT NULL,
    barcode          TEXT    NOT NULL,
    bib              bigint  NOT NULL REFERENCES bib (id),
    bib_agency       TEXT    NOT NULL,
    control_number   TEXT    NOT NULL,
    title            TEXT    NOT NULL,
    author           TEXT    NOT NULL,
    coded            TEXT    NOT NULL,
    branch           TEXT    NOT NULL,
    department       TEXT,
    location         TEXT,
    sublocation      TEXT,
    section          TEXT,
    call_number      TEXT,
    issue            TEXT,
    material_group   TEXT    NOT NULL,
    media_type       bigint  NOT NULL,
    loan_restriction TEXT,
    price            bigint,
    currency         TEXT,
    accession_date   TEXT,
    note             TEXT,
    properties       TEXT,
    state            TEXT    NOT NULL,
    state_to         TEXT,
    current_branch   TEXT    NOT NULL,
    tied_to          bigint
);
CREATE UNIQUE INDEX item_barcode ON item (barcode, agency);
CREATE INDEX item_bib ON item (bib);
CREATE INDEX item_agency ON item (agency, branch);

-- Persons, organisations, libraries. The number is random, the national number a keyed hash, the PIN Argon2id.
CREATE TABLE patron (
    id                bigint  PRIMARY KEY,
    agency            TEXT    NOT NULL,
    national_number   TEXT,
    pin               TEXT,
    name              TEXT    NOT NULL,
    kind              TEXT    NOT NULL,
    category          TEXT    NOT NULL,
    branch            TEXT,
    contact           TEXT    NOT NULL,
    language          TEXT,
    birth_date        TEXT,
    municipality      TEXT,
    guardian          bigint,
    guardian_card     TEXT,
    expires           TEXT,
    fee_limit         bigint,
    fee_currency      TEXT,
    keep_history      bigint  NOT NULL,
    pause_from        TEXT,
    pause_to          TEXT,
    protected_address bigint  NOT NULL,
    digest            TEXT
);
CREATE UNIQUE INDEX patron_national_number ON patron (national_number, agency) WHERE national_number IS NOT NULL;
CREATE INDEX patron_guardian_wanted ON patron (guardian_card, agency) WHERE guardian IS NULL AND guardian_card IS NOT NULL;
CREATE INDEX patron_agency ON patron (agency);

CREATE TABLE card (
    number   TEXT    NOT NULL,
    agency   TEXT    NOT NULL,
    patron   bigint  NOT NULL REFERENCES patron (id),
    position bigint  NOT NULL,
    PRIMARY KEY (number, agency)
);
CREATE INDEX card_patron ON card (patron);

-- Blocks set by staff (source empty) or by a terminal (source its login). Computed ones are not stored.
CREATE TABLE block (
    patron  bigint  NOT NULL REFERENCES patron (id),
    code    TEXT    NOT NULL,
    source  TEXT    NOT NULL,
    since   bigint  NOT NULL,
    message TEXT    NOT NULL,
    PRIMARY KEY (patron, code, source)
);

CREATE TABLE pin_failure (
    patron   bigint  NOT NULL REFERENCES patron (id),
    terminal TEXT    NOT NULL,
    count    bigint  NOT NULL,
    last     bigint  NOT NULL,
    PRIMARY KEY (patron, terminal)
);

-- Loans, open and closed. `recorded` is when the closing was written, whatever time was told for it.
CREATE TABLE loan (
    id       bigint  PRIMARY KEY,
    item     bigint  NOT NULL REFERENCES item (id),
    patron   bigint  REFERENCES patron (id),
    made     bigint  NOT NULL,
    due      bigint  NOT NULL,
    renewals bigint  NOT NULL,
    branch   TEXT    NOT NULL,
    terminal TEXT    NOT NULL,
    closed   bigint,
    recalled bigint,
    recorded bigint  NOT NULL
);
-- An item has at most one open loan, whatever runs at once.
CREATE UNIQUE INDEX loan_open ON loan (item) WHERE closed IS NULL;
CREATE INDEX loan_patron ON loan (patron, due) WHERE closed IS NULL;
CREATE INDEX loan_closed ON loan (item, recorded, id) WHERE closed IS NOT NULL;

-- Open holds only: a hold that ends is deleted. `agency` is the patron's library, whose items satisfy it.
CREATE TABLE hold (
    id            bigint  PRIMARY KEY,
    patron        bigint  NOT NULL REFERENCES patron (id),
    bib           bigint  NOT NULL REFERENCES bib (id),
    agency        TEXT    NOT NULL,
    scope         TEXT    NOT NULL,
    scope_item    bigint,
    scope_text    TEXT,
    parallel      bigint,
    placed        bigint  NOT NULL,
    activates     TEXT,
    expires       TEXT,
    pickup        TEXT    NOT NULL,
    pause_from    TEXT,
    pause_to      TEXT,
    state         TEXT    NOT NULL,
    item          bigint,
    ready_until   bigint,
    pickup_number bigint
);
CREATE INDEX hold_queue ON hold (bib, placed, id);
CREATE INDEX hold_patron ON hold (patron, placed, id);
CREATE INDEX hold_parallel ON hold (parallel) WHERE parallel IS NOT NULL;
CREATE INDEX hold_pickup_number ON hold (agency, pickup, pickup_number) WHERE pickup_number IS NOT NULL;

-- Fees with what was paid of them, and the ledger to which lines are only ever added.
CREATE TABLE fee (
    id           bigint  PRIMARY KEY,
    patron       bigint  NOT NULL REFERENCES patron (id),
    kind         TEXT    NOT NULL,
    amount       bigint  NOT NULL,
    currency     TEXT    NOT NULL,
    paid         bigint  NOT NULL,
    raised       bigint  NOT NULL,
    text         TEXT    NOT NULL,
    occasion_due TEXT,
    occasion_day TEXT
);
CREATE INDEX fee_open ON fee (patron, raised, id) WHERE paid < amount;
CREATE INDEX fee_occasion ON fee (patron, occasion_day) WHERE occasion_day IS NOT NULL;

CREATE TABLE fee_item (
    fee      bigint  NOT NULL REFERENCES fee (id),
    position bigint  NOT NULL,
    item     bigint  NOT NULL,
    PRIMARY KEY (fee, position)
);

CREATE TABLE fee_loan (
    fee      bigint  NOT NULL REFERENCES fee (id),
    position bigint  NOT NULL,
    loan     bigint  NOT NULL,
    PRIMARY KEY (fee, position)
);
CREATE INDEX fee_loan_loan ON fee_loan (loan);

CREATE TABLE ledger (
    id             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fee            bigint  NOT NULL,
    patron         bigint  NOT NULL,
    amount         bigint  NOT NULL,
    currency       TEXT    NOT NULL,
    what           TEXT    NOT NULL,
    at             bigint  NOT NULL,
    terminal       TEXT    NOT NULL,
    transaction_id TEXT,
    payment_type   bigint
);
CREATE INDEX ledger_fee ON ledger (fee);

-- Stored answers and undo, by key, until their time is over.
CREATE TABLE memory (
    key   TEXT    NOT NULL PRIMARY KEY,
    value bytea   NOT NULL,
    until bigint  NOT NULL
);
CREATE INDEX memory_until ON memory (until);

-- What staff should see.
CREATE TABLE note (
    id      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency  TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    item    bigint,
    patron  bigint,
    text    TEXT    NOT NULL,
    at      bigint  NOT NULL,
    channel TEXT    NOT NULL
);
CREATE INDEX note_agency ON note (agency, at);

-- Events counted without a person.
CREATE TABLE statistic (
    day            TEXT    NOT NULL,
    agency         TEXT    NOT NULL,
    branch         TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    department     TEXT    NOT NULL,
    material_group TEXT    NOT NULL,
    material       TEXT    NOT NULL,
    form           TEXT    NOT NULL,
    audience       TEXT    NOT NULL,
    language       TEXT    NOT NULL,
    category       TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    count          bigint  NOT NULL,
    PRIMARY KEY (day, agency, branch, kind, department, material_group, material, form, audience, language, category, channel)
);

-- The change feed. Numbers are given under the writer's lock, so they are in commit-visible order.
CREATE TABLE change (
    sequence  bigint  PRIMARY KEY,
    kind      TEXT    NOT NULL,
    id        bigint  NOT NULL,
    operation TEXT    NOT NULL,
    at        bigint  NOT NULL,
    channel   TEXT    NOT NULL
);

-- Next free numbers, by name.
CREATE TABLE counter (
    name TEXT    NOT NULL PRIMARY KEY,
    next bigint  NOT NULL
);

-- Random keys that all processes on this database share.
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value bytea NOT NULL
);
