"""Drives the report's page as an annotator does: review.py REPORT.html FOLDER [PLAN ASSAY-REPORT]

Keys, filters, dragging, undo, reload, download, 10,000 suspicions, hostile text; screenshots and the downloaded decisions
stay in FOLDER. With a plan and the tool, the page is served as well, and decisions go into the ledger. Ends with status 1 at the first thing that is not as it should be.
"""
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

from browser import Browser


def check(condition, what):
    if not condition:
        sys.exit(f"not as it should be: {what}")
    print("ok", what)


def text(browser, element):
    return browser.evaluate(f"document.getElementById('{element}').textContent")


def stored(browser):
    return json.loads(browser.evaluate("localStorage.getItem(Object.keys(localStorage)[0]) || '{}'"))


def data_of(page):
    return json.loads(re.search(r'id="review-data">(.*?)</script>', page, re.S).group(1))


def with_data(page, data):
    body = json.dumps(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return re.sub(r'(id="review-data">).*?(</script>)', lambda m: m.group(1) + body + m.group(2), page, count=1, flags=re.S)


def drive_served(browser, plan, tool):
    server = subprocess.Popen([tool, plan, "--serve", "--quiet"], stdout=subprocess.PIPE, text=True)
    try:
        url = next(line.split()[1] for line in server.stdout if line.startswith("serving"))
        check(url.startswith("http://127.0.0.1:"), "the server listens on this machine alone")
        for wrong in (url[:-5] + "0000/", url.rsplit("/", 2)[0] + "/", url + "../plan.yaml", url + "pictures/../report.html"):
            try:
                urllib.request.urlopen(wrong)
                check(False, f"{wrong} is refused")
            except urllib.error.HTTPError as error:
                check(error.code == 404, "what is not behind the token is refused")
        browser.open(url)
        time.sleep(0.3)
        for key in "aaru":
            browser.key(key)
        browser.key("z")
        time.sleep(0.5)
        kept = json.load(urllib.request.urlopen(url + "decisions"))
        check(sorted(d["decision"] for d in kept.values()) == ["accept", "accept", "reject"], "decisions are in the ledger")
        browser.open(url)
        time.sleep(0.3)
        check(text(browser, "review-done").startswith("3 of "), "a reload shows them")
        server.kill()
        server.wait()
        server = subprocess.Popen([tool, plan, "--serve", "--quiet"], stdout=subprocess.PIPE, text=True)
        url = next(line.split()[1] for line in server.stdout if line.startswith("serving"))
        check(len(json.load(urllib.request.urlopen(url + "decisions"))) == 3, "they outlive a killed server")
    finally:
        server.kill()


def main():
    report, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    page = open(report, encoding="utf-8").read()
    data = data_of(page)
    total = len(data["suspicions"])
    check(total >= 3, "the page has suspicions")
    browser = Browser()
    try:
        paint = browser.open("file://" + report)
        check(paint is not None and paint < 1, f"first paint after {paint:.2f} s")
        browser.call("Page.setDownloadBehavior", behavior="allow", downloadPath=folder)
        browser.evaluate("localStorage.clear()")
        browser.evaluate("document.getElementById('review').scrollIntoView()")
        time.sleep(0.5)
        browser.screenshot(folder + "/review.png")

        first = text(browser, "review-name")
        browser.key("j")
        check(text(browser, "review-name") != first, "j goes on")
        browser.key("k")
        check(text(browser, "review-name") == first, "k goes back")
        for key in "aru":
            browser.key(key)
        check([d["decision"] for d in stored(browser).values()] == ["accept", "reject", "unsure"], "a, r and u decide")
        browser.key("z")
        check(len(stored(browser)) == 2 and text(browser, "review-done") == f"2 of {total} decided", "z takes back")

        # The box of something that has one is dragged by its middle, then by a corner.
        browser.evaluate("(() => { const s = document.getElementById('filter-state'); s.value = 'open'; s.dispatchEvent(new Event('change')); })()")
        box = browser.evaluate("""(() => { const s = [...document.querySelectorAll('#filter-kind option')].map(o => o.value);
            const select = document.getElementById('filter-kind');
            for (const kind of ['missing', 'shifted', 'class']) if (s.includes(kind)) { select.value = kind; break; }
            select.dispatchEvent(new Event('change')); return select.value; })()""")
        if box:
            time.sleep(0.5)
            before = set(stored(browser))
            rect = browser.evaluate("(() => { const r = document.getElementById('review-canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")
            source = next(s for s in data["suspicions"] if s["kind"] == box and s["id"] not in before)
            x, y = rect[0] + source["box"][1] * rect[2], rect[1] + source["box"][2] * rect[3]
            browser.drag(x, y, x + 12, y - 8)
            added = set(stored(browser)) - before
            check(len(added) == 1, f"dragging a {box} decides it")
            decision = stored(browser)[added.pop()]
            check(any(abs(a - b) > 1e-4 for a, b in zip(decision["row"], source["box"])), "and moves its box")
        browser.evaluate("for (const id of ['filter-kind', 'filter-state']) { const s = document.getElementById(id); s.value = ''; s.dispatchEvent(new Event('change')); }")

        decided = len(stored(browser))
        browser.open("file://" + report)
        check(text(browser, "review-done") == f"{decided} of {total} decided", "a reload keeps what was decided")
        browser.evaluate("(() => { const s = document.getElementById('filter-state'); s.value = 'open'; s.dispatchEvent(new Event('change')); })()")
        check(text(browser, "review-count") == f"{total - decided} shown", "the filter leaves out what is decided")
        name = data["images"][data["suspicions"][-1]["image"]]["name"]
        browser.evaluate(f"(() => {{ const s = document.getElementById('filter-text'); s.value = {json.dumps(name[-12:])}; s.dispatchEvent(new Event('input')); }})()")
        check(browser.evaluate("[...document.querySelectorAll('.review-row bdi')].every(b => b.textContent.includes(%s))" % json.dumps(name[-12:])), "the search finds by name")
        browser.evaluate("for (const id of ['filter-text', 'filter-state']) { const s = document.getElementById(id); s.value = ''; s.dispatchEvent(new Event(id === 'filter-text' ? 'input' : 'change')); }")

        browser.evaluate("document.getElementById('download').click()")
        path = folder + "/decisions.json"
        for _ in range(50):
            if os.path.exists(path):
                break
            time.sleep(0.1)
        file = json.load(open(path))
        check(file["format"] == "assay-decisions" and len(file["decisions"]) == decided, "decisions are downloaded")

        unnamed = browser.evaluate("""[...document.querySelectorAll('#review input, #review select, #review button')]
            .filter(e => !(e.labels && e.labels.length && e.labels[0].textContent.trim()) && !e.textContent.trim() && !e.getAttribute('aria-label')).map(e => e.id)""")
        check(unnamed == [], "every control has a name")
        browser.evaluate("document.getElementById('accept').focus()")
        outline = browser.evaluate("getComputedStyle(document.getElementById('accept')).outlineStyle")
        check(outline is not None, "controls can be focused")
        browser.call("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
        time.sleep(0.5)
        check(browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "a phone's width is enough")
        browser.screenshot(folder + "/phone.png")
        browser.call("Emulation.clearDeviceMetricsOverride")
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        time.sleep(0.3)
        browser.screenshot(folder + "/dark.png")
        browser.call("Emulation.setEmulatedMedia", features=[])

        # Ten thousand suspicions, and names that would be markup.
        many = dict(data, key="many")
        many["suspicions"] = [dict(s, id=f"{s['id']}-{i}") for i in range(1 + 10_000 // total) for s in data["suspicions"]][:10_000]
        hostile = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>\u202e\U0001f408'\""
        many["images"] = [dict(image, name=hostile) if i == many["suspicions"][0]["image"] else image for i, image in enumerate(data["images"])]
        many["classes"] = [hostile] * len(data["classes"])
        large = folder + "/many.html"
        open(large, "w", encoding="utf-8").write(with_data(page, many))
        paint = browser.open("file://" + large)
        check(paint is not None and paint < 1, f"10,000 suspicions: first paint after {paint:.2f} s")
        check(text(browser, "review-count") == "10000 shown", "10,000 suspicions are listed")
        worst = browser.evaluate("""new Promise(done => { const list = document.getElementById('review-list'); let n = 0, worst = 0, last = performance.now();
            function go(now) { worst = Math.max(worst, now - last); last = now; list.scrollTop += 900; if (++n < 90) requestAnimationFrame(go); else done(worst); }
            requestAnimationFrame(go); })""")
        check(worst < 400, f"scrolling: the longest frame takes {worst:.0f} ms")
        check(browser.evaluate("document.querySelectorAll('.review-row').length") < 60, "only the rows in view exist")
        check(browser.evaluate("document.title") != "owned" and hostile in text(browser, "review-name"), "hostile names are text")
        check(browser.problems() == [], "the console has no errors")
        if len(sys.argv) > 4:
            drive_served(browser, sys.argv[3], sys.argv[4])
        os.remove(large)
    finally:
        browser.close()


main()
