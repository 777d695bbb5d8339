#!/usr/bin/env python3
"""Search in SQLite FTS5 and PostgreSQL on the records and queries that sohoa is measured on.

    search.py corpus DIR      truth records and queries.jsonl of a corpus
    search.py made-up DIR     records.tsv and queries.tsv as `SOHOA_BENCH_WRITE=DIR make bench` writes them

Both get every value of a record as one text, folded (PostgreSQL by `unaccent`, SQLite by its own tokenizer with đ as d), a query whose
words are joined by OR, and their own ranking: bm25; ts_rank_cd plus word_similarity of pg_trgm. PostgreSQL runs as a temporary cluster
of the user `postgres` on a socket of its own. Prints recall@10, mean reciprocal rank and milliseconds (wall).
"""
import csv
import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time


def corpus(folder):
    """Records as (record, scan, text), queries as (text, relevant scans)."""
    records, scan_of = [], {}
    for path in sorted(glob.glob(os.path.join(folder, "truth", "*.json"))):
        truth = json.load(open(path, encoding="utf-8"))
        scan_of[truth["id"]] = truth["sha256"]
        values = {}
        for page in truth["pages"]:
            for record in page.get("records") or []:
                fields = values.setdefault(record["id"], {})
                for name, field in record["fields"].items():
                    fields[name] = field.get("normalized") or ""
        for record, fields in values.items():
            records.append((truth["sha256"] + record, truth["sha256"], " ".join(fields.values())))
    queries = []
    for line in open(os.path.join(folder, "queries.jsonl"), encoding="utf-8"):
        query = json.loads(line)
        relevant = {scan_of[scan] for scan in query["relevant"] if scan in scan_of}
        if relevant:
            queries.append((query["query"], relevant))
    return records, queries


def made_up(folder):
    """The same of the made-up records: each is a scan of its own."""
    rows = lambda name: csv.reader(open(os.path.join(folder, name), encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE)
    records = ((record, record, text) for record, text in rows("records.tsv"))
    return records, [(text, {record}) for text, record in rows("queries.tsv")]


def words(text):
    return re.findall(r"\w+", text.lower())


def plain(text):
    return text.replace("đ", "d").replace("Đ", "D")


class Fts5:
    name = "SQLite FTS5, unicode61 without diacritics, bm25"

    def __init__(self, records):
        self.folder = tempfile.mkdtemp()
        self.db = sqlite3.connect(os.path.join(self.folder, "fts.sqlite"))
        self.db.execute("CREATE VIRTUAL TABLE record USING fts5(id UNINDEXED, scan UNINDEXED, text, tokenize='unicode61 remove_diacritics 2')")
        self.db.executemany("INSERT INTO record VALUES (?, ?, ?)", ((r, s, plain(t)) for r, s, t in records))
        self.db.commit()

    def search(self, text):
        asked = " OR ".join('"%s"' % word for word in words(plain(text)))
        if not asked:
            return []
        rows = self.db.execute("SELECT scan FROM record WHERE record MATCH ? ORDER BY rank LIMIT 10", (asked,))
        return [scan for (scan,) in rows]

    def search_all(self, queries):
        for text, _ in queries:
            start = time.monotonic()
            scans = self.search(text)
            yield scans, (time.monotonic() - start) * 1e3

    def close(self):
        self.db.close()
        shutil.rmtree(self.folder)


class Postgres:
    name = "PostgreSQL 15, unaccent and pg_trgm, ts_rank_cd + word_similarity"
    bin = "/usr/lib/postgresql/15/bin"

    def __init__(self, records):
        self.folder = tempfile.mkdtemp()
        os.chmod(self.folder, 0o777)
        self.data = os.path.join(self.folder, "data")
        self.server("initdb -D %s -A trust -E UTF8 --locale=C.UTF-8" % self.data)
        self.server("pg_ctl -D %s -w -l %s/log -o \"-k %s -h '' -c fsync=off -c work_mem=256MB\" start" % (self.data, self.folder, self.folder))
        self.run("CREATE EXTENSION unaccent; CREATE EXTENSION pg_trgm; CREATE TABLE raw (id text, scan text, text text);")
        table = os.path.join(self.folder, "raw.tsv")
        with open(table, "w", encoding="utf-8") as out:
            for row in records:
                out.write("\t".join(value.replace("\\", " ").replace("\t", " ").replace("\n", " ") for value in row) + "\n")
        os.chmod(table, 0o644)
        self.run("COPY raw FROM '%s';" % table)
        self.run("CREATE TABLE record AS SELECT id, scan, unaccent(lower(text)) AS text, to_tsvector('simple', unaccent(lower(text))) AS words FROM raw;")
        self.run("CREATE INDEX ON record USING gin (words); CREATE INDEX ON record USING gin (text gin_trgm_ops); ANALYZE record;")

    def server(self, command):
        subprocess.run(["su", "postgres", "-c", "%s/%s" % (self.bin, command)], check=True, stdout=subprocess.DEVNULL)

    def run(self, statements):
        """What psql prints for statements."""
        psql = ["psql", "-h", self.folder, "-U", "postgres", "-AtqX", "-v", "ON_ERROR_STOP=1"]
        return subprocess.run(psql, input=statements, check=True, capture_output=True, encoding="utf-8").stdout

    def search_all(self, queries):
        """Scans and milliseconds of each query, in one session."""
        script = ["SET pg_trgm.word_similarity_threshold = 0.5;", "\\timing on"]
        for text, _ in queries:
            quoted = " ".join(words(text))
            query = "replace(plainto_tsquery('simple', unaccent('%s'))::text, '&', '|')::tsquery" % quoted
            script.append("WITH q AS MATERIALIZED (SELECT %s AS words, unaccent('%s') AS text) "
                          "SELECT scan FROM record, q WHERE record.words @@ q.words OR q.text <%% record.text "
                          "ORDER BY ts_rank_cd(record.words, q.words) + word_similarity(q.text, record.text) DESC LIMIT 10;" % (query, quoted))
        scans = []
        for line in self.run("\n".join(script)).splitlines():
            if line.startswith("Time: "):
                yield scans, float(line.split()[1])
                scans = []
            elif line:
                scans.append(line)

    def close(self):
        self.server("pg_ctl -D %s -m immediate stop" % self.data)
        shutil.rmtree(self.folder)


def main():
    load = {"corpus": corpus, "made-up": made_up}[sys.argv[1]]
    for engine in (Fts5, Postgres):
        records, queries = load(sys.argv[2])
        start = time.monotonic()
        search = engine(records)
        built = time.monotonic() - start
        recall, rank, times = 0.0, 0.0, []
        for (_, relevant), (scans, took) in zip(queries, search.search_all(queries), strict=True):
            scans = list(dict.fromkeys(scans))
            times.append(took)
            recall += len(relevant.intersection(scans)) / min(len(relevant), 10)
            rank += next((1 / place for place, scan in enumerate(scans, 1) if scan in relevant), 0.0)
        search.close()
        times.sort()
        print("%s: %d queries, recall@10 %.3f, MRR %.3f, p50 %.1f ms, p99 %.1f ms, built in %.0f s" % (
            engine.name, len(queries), recall / len(queries), rank / len(queries), times[len(times) // 2],
            times[int(len(times) * 0.99)], built))


if __name__ == "__main__":
    main()
