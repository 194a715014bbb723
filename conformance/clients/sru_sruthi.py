"""PyPI's sruthi against an SRU server: explain, search, every page of a search, sort.

    sru_sruthi.py URL QUERY COUNT

COUNT is the number of hits that the query must have. Prints what it saw; exit status 1 where that is not right.
"""

import sys

import sruthi

url, query, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
for version in ("1.1", "1.2"):
    explained = sruthi.explain(url, sru_version=version)
    if not explained["index"] or not explained["schema"] or not explained["config"]:
        sys.exit(f"{version}: explain lacks indexes, schemas or config: {explained}")
    print(f"{version}: explain names {len(explained['schema'])} schemas")
    for schema in ("marcxml", "dc", "mods"):
        client = sruthi.Client(url, maximum_records=7, record_schema=schema, sru_version=version)
        found = client.searchretrieve(query)
        if found.count != count:
            sys.exit(f"{version}: {found.count} hits, not {count}")
        # It pages by nextRecordPosition.
        records = sum(1 for _ in found)
        if records != count:
            sys.exit(f"{version} {schema}: {records} records of {count}")
        print(f"{version} {schema}: {records} records")
try:
    sruthi.searchretrieve(url, "dc.nosuch=x")
except sruthi.errors.SruError as error:
    print(f"an unknown index: {error}")
else:
    sys.exit("an unknown index was no error")
