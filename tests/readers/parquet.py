"""Does pandas see in a Parquet report the types and cells that its CSV twin has?

usage: parquet.py REPORT.parquet REPORT.csv; prints `ok` or says what differs.
"""

import sys

import pandas as pd
import pyarrow.parquet as pq

parquet, csv = sys.argv[1:]
table = pq.read_table(parquet)
frame = table.to_pandas()
text = pd.read_csv(csv, dtype=str, keep_default_na=False)
assert list(frame.columns) == list(text.columns), (list(frame.columns), list(text.columns))
assert len(frame) == len(text) > 0
WHOLE = {
    "query_index", "query_charge", "rank", "cluster_id", "cluster_size", "matched_peaks",
    "ambiguity_group", "ambiguity_size", "entry_index", "entry_charge", "n_candidates",
}
NUMBERS = {
    "query_precursor_mz", "query_rt", "cluster_purity", "similarity", "matched_intensity",
    "precursor_delta_da", "precursor_delta_ppm", "mass_shift", "q_value", "probability", "delta_next",
    "entry_precursor_mz",
}
for name in text.columns:
    kind = "int64" if name in WHOLE else "double" if name in NUMBERS else "string"
    assert str(table.schema.field(name).type) == kind, (name, table.schema.field(name).type)
    for found, expected in zip(table.column(name).to_pylist(), text[name]):
        if expected == "":
            assert found is None, (name, found)
        elif kind == "double":
            decimals = len(expected.partition(".")[2])
            assert abs(found - float(expected)) <= 0.5001 * 10**-decimals, (name, found, expected)
        else:
            assert str(found) == expected, (name, found, expected)
print("ok", len(frame), "rows")
