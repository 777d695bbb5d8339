"""scan.py URL ROLE PASSWORD MINUTES FOLDER: one scan, through a proxy that keeps the desk's pace and counts what was answered."""
import collections
import http.client
import http.server
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse

URL, ROLE, PASSWORD, MINUTES, FOLDER = sys.argv[1:6]
HOST = urllib.parse.urlsplit(URL).netloc
# Modules that need a machine of the scanner's makers (ssrf, xxe, log4shell) or download lists (nikto, cms) are left out; ssl has nothing to
# look at on loopback.
MODULES = (
    "http_headers,cookieflags,csp,csrf,methods,htaccess,xss,permanentxss,redirect,crlf,sql,file,exec,ldap,upload,shellshock,timesql,backup"
)
# The desk answers 240 requests a minute and account.
INTERVAL = 0.26
LEVELS = ["info", "low", "medium", "high", "critical"]

answered = collections.Counter()
failures = []
turn = threading.Lock()
last = [0.0]


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands requests on one after the other."""

    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path
        if "://" in path:
            path = "/" + path.split("://", 1)[1].partition("/")[2]
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in ("proxy-connection", "connection", "accept-encoding")]
        with turn:
            time.sleep(max(0.0, last[0] + INTERVAL - time.monotonic()))
            last[0] = time.monotonic()
        try:
            upstream = http.client.HTTPConnection(HOST, timeout=60)
            upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                upstream.putheader(name, value)
            upstream.endheaders(body or None)
            reply = upstream.getresponse()
            content = reply.read()
        except Exception as error:  # the scanner sends what no client can
            answered["unsent"] += 1
            self.send_error(400, str(error)[:60].replace("\n", " "))
            return
        answered[reply.status] += 1
        if reply.status >= 500:
            failures.append(f"{reply.status} {self.command} {path[:300]} {body[:200]!r}")
        self.send_response_only(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            if self.command != "HEAD":
                self.wfile.write(content)
        except OSError:  # the scanner no longer waits for it
            self.close_connection = True

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def log_message(self, *_):
        pass


def ask(method, path, form=None, cookie="", more=None):
    """A request past the proxy."""
    desk = http.client.HTTPConnection(HOST, timeout=60)
    headers = {"Cookie": cookie, **(more or {})}
    body = urllib.parse.urlencode(form) if form else None
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    desk.request(method, path, body, headers)
    reply = desk.getresponse()
    return reply, reply.read().decode("utf-8", "replace")


cookie = ""
if ROLE != "nobody":
    reply, _ = ask("POST", "/login", {"name": ROLE, "password": PASSWORD})
    assert reply.status == 303, reply.status
    cookie = reply.getheader("set-cookie").split(";")[0]
    if ROLE == "clerk":
        _, page = ask("GET", "/case", cookie=cookie)
        key = page.split('name="key" value="')[1].split('"')[0]
        reply, _ = ask("POST", "/case", {"key": key, "purpose": "copy", "number": "H12.34-5"}, cookie)
        assert reply.status == 303, reply.status

proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
folder = pathlib.Path(FOLDER)
report, state = folder / f"{ROLE}.json", folder / f"{ROLE}.state"
seconds = float(MINUTES) * 60
command = [
    str(pathlib.Path(sys.executable).parent / "wapiti"), "-u", URL + "/", "-m", MODULES, "--flush-session", "--store-session", str(state),
    "-p", f"http://127.0.0.1:{proxy.server_port}", "--tasks", "2", "-S", "sneaky", "-d", "6", "--max-links-per-page", "30",
    "--max-files-per-dir", "8", "--max-scan-time", str(seconds * 0.3), "--max-attack-time", str(seconds / 18), "-t", "30", "-v", "0",
    "--no-bugreport", "-l", "2", "-f", "json", "-o", str(report), "-x", URL + "/logout", "-x", URL + "/password",
]
for start in ["/?q=Lò", "/login", "/login/provider/back?code=a&state=b", "/check", "/accounts", "/audit", "/figures", "/api/v1/search?q=a",
              "/api/v1/suggest?q=a", "/api/v1/openapi.json", "/iiif/3/x/info.json"]:
    command += ["-s", URL + urllib.parse.quote(start, safe="/?=&")]
if cookie:
    command += ["-C", cookie]
try:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds * 1.6 + 60, check=False)
except subprocess.TimeoutExpired:
    print(f"{ROLE}: stopped after {seconds * 1.6 + 60:.0f} s", file=sys.stderr)



def is_refuted(kind, path):
    """Whether what the scanner guesses is shown to be otherwise."""
    if kind == "LDAP Injection":
        return True  # It compares two pages of hits; there is no directory that could be asked.
    if kind != "Cross Site Request Forgery":
        return False
    # It knows keys of forms by their names, and ours is called `key`: what another site would send must be refused.
    foreign = ask("POST", path, {"name": ROLE}, cookie, {"Origin": "http://evil.example"})[0].status == 403
    return foreign and (path == "/login" or ask("POST", path, {"name": ROLE}, cookie)[0].status == 403)


lines, worst = [], 0
found = json.loads(report.read_text()) if report.exists() else None
for group in ["vulnerabilities", "anomalies", "additionals"]:
    for kind, items in (found or {}).get(group, {}).items():
        for item in items:
            level = item["level"]
            refuted = is_refuted(kind, item["path"])
            worst = max(worst, 0 if refuted else level)
            lines.append(f"{'refuted' if refuted else LEVELS[level]:8} {kind}: {item['method']} {item['path']} {item['parameter']}: {item['info'][:160]}")
counts = ", ".join(f"{count} × {status}" for status, count in sorted(answered.items(), key=str))
pages = (found or {}).get("infos", {}).get("crawled_pages_nbr")
text = [f"{ROLE}: {sum(answered.values())} requests ({counts}), {pages} pages crawled, {len(lines)} findings"]
text += sorted(collections.Counter(lines)) + [f"failure  {line}" for line in failures[:20]]
(folder / f"{ROLE}.txt").write_text("\n".join(text) + "\n")
sys.exit(0 if found is not None and worst <= 1 and not failures else 1)
