"""A browser that is driven through ChromeDriver, with nothing but the standard library."""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

# What W3C WebDriver calls the keys that are no letters.
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Down": "\ue015", "Up": "\ue013", "Tab": "\ue004",
        "Alt": "\ue00a", "F2": "\ue032", "F4": "\ue034", "F8": "\ue038", "F9": "\ue039"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# Without these, Chromium looks for its makers' hosts at every start.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars", "--force-device-scale-factor=1"]


class BrowserError(Exception):
    """The browser refused what it was told."""


def programs():
    """Paths of Chromium and ChromeDriver; `None` for what is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return chromium, shutil.which("chromedriver")


class Browser:
    """One window of a headless Chromium with an empty profile. Close it, or use `with`."""

    def __init__(self, width, height, scripts=True):
        chromium, driver = programs()
        self.profile = tempfile.mkdtemp(prefix="desk-browser-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen([driver, "--port=%d" % port, "--log-level=OFF"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.base, self.session = "http://127.0.0.1:%d" % port, ""
        flags = FLAGS + ["--user-data-dir=" + self.profile, "--window-size=%d,%d" % (width, height)]
        options = {"binary": chromium, "args": flags}
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        self._wait_for_driver()
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options}}})
        self.session = "/session/" + made["sessionId"]
        # Of the whole window; what is left for the page must be as asked.
        self._call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _wait_for_driver(self):
        for _ in range(100):
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except OSError:
                time.sleep(0.1)
        raise BrowserError("chromedriver did not start")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + self.session + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise BrowserError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def close(self):
        """Ends the browser and takes its profile away."""
        try:
            self._call("DELETE", "")
        except (BrowserError, OSError):
            pass
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, url):
        """Loads an address and waits until it is there."""
        self._call("POST", "/url", {"url": url})

    def url(self):
        """The address that is shown."""
        return self._call("GET", "/url")

    def run(self, script, *arguments):
        """What a script returns: `run("return document.title")`."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def texts(self, selector):
        """The visible text of each element."""
        found = self._call("POST", "/elements", {"using": "css selector", "value": selector})
        return [self._call("GET", "/element/%s/text" % one[ELEMENT]) for one in found]

    def attach(self, selector, paths):
        """Chooses files in an input for files."""
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", "/element/%s/value" % found[ELEMENT], {"text": "\n".join(paths)})

    def press(self, *keys):
        """Presses keys one after the other, wherever the focus is."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            for letter in [value] if value in KEYS.values() else value:
                actions += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def press_with(self, held, key):
        """Presses a key while another is held down."""
        actions = [{"type": "keyDown", "value": KEYS[held]}, {"type": "keyDown", "value": KEYS.get(key, key)},
                   {"type": "keyUp", "value": KEYS.get(key, key)}, {"type": "keyUp", "value": KEYS[held]}]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def wait(self, what, condition, seconds=60):
        """Waits until `condition()` holds; says `what` was waited for if it never does."""
        end = time.time() + seconds
        while time.time() < end:
            try:
                if condition():
                    return
            except BrowserError:
                pass  # between two pages
            time.sleep(0.05)
        raise AssertionError("waited in vain until %s; the address is %s" % (what, self.url()))

    def screenshot(self, path):
        """Writes what the window shows as PNG."""
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", "/screenshot")))
