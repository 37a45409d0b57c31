"""Drives the report's page as an annotator does: review.py REPORT.html FOLDER [PLAN ASSAY-REPORT]

Views, keys, filters, dragging, drawing, undo, reload, download, two tabs, hostile text, 100,000 suspicions, and 200 decisions
by keys alone with the time that each takes; the rules of axe-core where AXE names its file. Screenshots and the downloaded
decisions stay in FOLDER. With a plan and the tool, the page is served as well, and decisions go into the ledger. Ends with
status 1 at the first thing that is not as it should be.
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

# Milliseconds of the fixed piece of work on the machine that the limits of time are of.
FIXED_WORK = 15

VIEWS = ("overview", "review", "dataset", "training", "changes", "gallery")


def check(condition, what):
    if not condition:
        sys.exit(f"not as it should be: {what}")
    print("ok", what)


def text(browser, element):
    return browser.evaluate(f"document.getElementById('{element}').textContent")


def stored(browser):
    return browser.evaluate("""Object.fromEntries(Object.keys(localStorage).filter(k => k.startsWith('assay-decision:'))
        .map(k => [k.split(':')[2], JSON.parse(localStorage[k])]).filter(([, d]) => d.decision))""")


def choose(browser, element, value, event="change"):
    browser.evaluate(f"""(() => {{ const e = document.getElementById('{element}'); e.value = {json.dumps(value)};
        e.dispatchEvent(new Event('{event}')); }})()""")


def data_of(page):
    return json.loads(re.search(r'id="review-data">(.*?)</script>', page, re.S).group(1))


def with_data(page, data):
    body = json.dumps(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return re.sub(r'(id="review-data">).*?(</script>)', lambda m: m.group(1) + body + m.group(2), page, count=1, flags=re.S)


def canvas_place(browser):
    return browser.evaluate("(() => { const r = document.getElementById('review-canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")


def size(browser, width, height, mobile=False):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
    time.sleep(0.3)


def scheme(browser, name, motion="no-preference"):
    browser.call("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": motion}])
    time.sleep(0.1)


def drive_views(browser, report, folder):
    """Every view at three widths in both schemes: nothing overflows, and axe-core has nothing to say."""
    axe = open(os.environ["AXE"]).read() if os.environ.get("AXE") else None
    for width, height in ((1400, 900), (2560, 1300), (390, 844)):
        size(browser, width, height, width < 500)
        for colours in ("light", "dark"):
            scheme(browser, colours)
            for view in VIEWS:
                browser.open(f"file://{report}#{view}")
                if not browser.evaluate(f"Boolean(document.getElementById('panel-{view}'))"):
                    continue
                shown = browser.evaluate("[...document.querySelectorAll('[role=tabpanel]')].filter(p => !p.hidden).map(p => p.id)")
                check(shown == [f"panel-{view}"], f"#{view} shows its view alone")
                wide = browser.evaluate("document.documentElement.scrollWidth")
                check(wide <= width + 1, f"{view} fits {width} px, {colours}")
                browser.screenshot(f"{folder}/{view}-{width}-{colours}.png")
                # What is wider changes places, not elements.
                if axe and width < 2000:
                    browser.evaluate(axe)
                    found = browser.evaluate("""axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(
                        v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary.split('\\n').slice(1, 2).join('')).join(' | ')))""")
                    check(found == [], f"axe-core finds nothing in {view} at {width} px, {colours}: {found}")
    size(browser, 1400, 900)
    scheme(browser, "light", "reduce")
    check(browser.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration").startswith("0s"), "nothing moves where a person asks for no motion")
    scheme(browser, "light")
    # 200 % zoom: half as many pixels.
    size(browser, 700, 450)
    for view in VIEWS:
        browser.open(f"file://{report}#{view}")
        check(browser.evaluate("document.documentElement.scrollWidth <= 701"), f"{view} fits at 200 %")
    size(browser, 1400, 900)
    browser.open(f"file://{report}")
    browser.evaluate("document.querySelector('[role=tab]').focus()")
    browser.key("ArrowRight")
    check(browser.evaluate("document.activeElement.id") != "tab-overview" and browser.evaluate("location.hash") != "", "arrow keys go from tab to tab")


def drive_changes(browser, report):
    """What is new since the earlier audit leads into the review."""
    browser.open(f"file://{report}#changes")
    target = browser.evaluate("(document.querySelector('#changes a[href^=\"#review/\"]') || {}).hash || null")
    if not target:
        return
    browser.evaluate(f"document.querySelector('#changes a[href=\"{target}\"]').click()")
    time.sleep(0.3)
    check(browser.evaluate("!document.getElementById('panel-review').hidden && document.getElementById('panel-changes').hidden"), "what is new leads into the review")


def drive_keys(browser, report, data):
    total = len(data["suspicions"])
    browser.open(f"file://{report}#review")
    browser.evaluate("localStorage.clear()")
    browser.open(f"file://{report}#review")
    first = text(browser, "review-name")
    question = text(browser, "review-question")
    check(question.endswith("?") and "Accept" not in text(browser, "accept-verb"), f"the question says what it is about: {question}")
    browser.key("j")
    check(text(browser, "review-name") != first, "j goes on")
    browser.key("k")
    check(text(browser, "review-name") == first, "k goes back")
    for key in "aru":
        browser.key(key)
    check(sorted(d["decision"] for d in stored(browser).values()) == ["accept", "reject", "unsure"], "a, r and u decide")
    browser.key("z")
    check(len(stored(browser)) == 2 and text(browser, "review-done") == f"2 of {total} decided", "z takes back")
    browser.open(f"file://{report}#review")
    for _ in range(2):
        browser.key("z")
    check(len(stored(browser)) == 0, "z takes back what was decided before a reload")
    browser.key("?")
    check(browser.evaluate("document.getElementById('help').open"), "? shows the keys")
    browser.key("a")
    check(len(stored(browser)) == 0, "keys do nothing behind it")
    browser.key("Escape")
    browser.evaluate("document.getElementById('help').close()")

    # A note and a name go with the decision.
    browser.evaluate("(() => { const e = document.getElementById('annotator'); e.value = 'Ada'; e.dispatchEvent(new Event('change')); })()")
    choose(browser, "note", "blurred")
    browser.key("a")
    only = list(stored(browser).values())[0]
    check(only["by"] == "Ada" and only["note"] == "blurred", "a decision carries a note, and who made it")
    browser.key("z")
    browser.key("z")

    # A whole image at once, and one undo for all of it.
    counts = {}
    for s in data["suspicions"]:
        if s["kind"] != "check":
            counts.setdefault(s["image"], []).append(s["id"])
    many = max(counts.values(), key=len)
    browser.open(f"file://{report}#review/{many[0]}")
    browser.evaluate("document.getElementById('check-all').click()")
    browser.key("A")
    check(set(many) <= set(stored(browser)), f"A accepts all {len(many)} of an image")
    browser.key("z")
    check(len(stored(browser)) == 0, "and one z takes them back")

    # A new box, by the pointer and by keys.
    browser.key("n")
    left, top, wide, tall = canvas_place(browser)
    browser.drag(left + wide * 0.1, top + tall * 0.1, left + wide * 0.3, top + tall * 0.3)
    drawn = [d for i, d in stored(browser).items() if i.startswith("drawn-")]
    check(len(drawn) == 1 and drawn[0]["kind"] == "missing" and abs(drawn[0]["row"][1] - 0.2) < 0.02, "n draws a box")
    browser.key("n")
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        browser.key(key)
    check(sum(i.startswith("drawn-") for i in stored(browser)) == 2, "keys alone draw a box, too")
    browser.key("z")
    browser.key("z")

    # Samples are asked the other way round.
    sample = next((s for s in data["suspicions"] if s["kind"] == "check"), None)
    if sample:
        browser.open(f"file://{report}#review/{sample['id']}")
        check(text(browser, "review-question") == "Is everything right here?", "a sample asks whether all is right")
        browser.key("a")
        check(stored(browser)[sample["id"]]["decision"] == "reject", "and yes accepts nothing")
        browser.key("z")
    twin = next((s for s in data["suspicions"] if s["kind"] == "duplicate"), None)
    if twin:
        browser.open(f"file://{report}#review/{twin['id']}")
        check(re.search(r"as (row \d+|another row)", text(browser, "review-question")), "a duplicate names the other row")


def drive_dragging(browser, report, data):
    browser.open(f"file://{report}#review")
    before = set(stored(browser))
    kinds = {s["kind"] for s in data["suspicions"]}
    kind = next((k for k in ("missing", "shifted", "class") if k in kinds), None)
    if not kind:
        return
    source = next(s for s in data["suspicions"] if s["kind"] == kind and s["id"] not in before)
    browser.open(f"file://{report}#review/{source['id']}")
    choose(browser, "filter-kind", kind)
    time.sleep(0.5)
    left, top, wide, tall = canvas_place(browser)
    x, y = left + source["box"][1] * wide, top + source["box"][2] * tall
    browser.drag(x, y, x + 12, y - 8)
    added = set(stored(browser)) - before
    check(len(added) == 1, f"dragging a {kind} decides it")
    decision = stored(browser)[added.pop()]
    check(any(abs(a - b) > 1e-4 for a, b in zip(decision["row"], source["box"])), "and moves its box")


def drive_filters(browser, report, data, folder):
    total = len(data["suspicions"])
    decided = len(stored(browser))
    browser.open(f"file://{report}#review")
    check(text(browser, "review-done") == f"{decided} of {total} decided", "a reload keeps what was decided")
    choose(browser, "filter-state", "open")
    check(text(browser, "review-count") == f"{total - decided} shown", "the filter leaves out what is decided")
    name = data["images"][data["suspicions"][-1]["image"]]["name"]
    choose(browser, "filter-text", name[-12:], "input")
    check(browser.evaluate("[...document.querySelectorAll('.review-row bdi')].every(b => b.title.includes(%s))" % json.dumps(name[-12:])), "the search finds by name")
    choose(browser, "filter-text", "", "input")
    choose(browser, "filter-state", "")
    browser.key("i")
    lines = browser.evaluate("document.querySelectorAll('.review-line').length")
    check(lines >= 1 and browser.evaluate("document.getElementById('by-image').checked"), "i groups by image")
    browser.key("i")
    browser.key("Home")
    titles = browser.evaluate("[...document.querySelectorAll('.review-line')].map(l => l.textContent)")
    check(titles and titles[0] in ("Worth deciding next", "Samples to check: nothing is suspected here"), "a line says what comes next")
    browser.key("s")
    path = folder + "/decisions.json"
    for _ in range(50):
        if os.path.exists(path):
            break
        time.sleep(0.1)
    file = json.load(open(path))
    check(file["format"] == "assay-decisions" and len(file["decisions"]) == decided, "s downloads the decisions")


def drive_two_tabs(browser, report):
    """What another tab decides is not lost: its entries stand beside those of this one."""
    browser.open(f"file://{report}#review")
    before = stored(browser)
    other = browser.evaluate("Object.keys(localStorage).find(k => k.startsWith('assay-decision:')).split(':').slice(0, 2).join(':')")
    browser.evaluate(f"localStorage.setItem('{other}:from-another-tab', JSON.stringify({{decision: 'unsure'}}))")
    browser.key("j")
    browser.key("u")
    after = stored(browser)
    check("from-another-tab" in after and len(after) >= len(before) + 1, "two tabs lose nothing")
    browser.evaluate(f"localStorage.removeItem('{other}:from-another-tab')")


def slowness(browser):
    """How many times as long as the machine that the limits are of this one takes now, by a fixed piece of work; 1 or more."""
    took = browser.evaluate("""(() => {
        const times = [];
        for (let round = 0; round < 9; round++) {
            const begin = performance.now(), values = new Float64Array(100000);
            let x = 1;
            for (let i = 0; i < values.length; i++) {
                x = (x * 48271) % 2147483647;
                values[i] = Math.log(x);
            }
            values.sort();
            times.push(performance.now() - begin);
        }
        return times.sort((a, b) => a - b)[4];
    })()""")
    return max(1, took / FIXED_WORK)


def scrolling(browser):
    """Milliseconds of the processor that a frame costs while the list of suspicions moves."""
    before = browser.busy()
    browser.evaluate("""new Promise(done => { const list = document.getElementById('review-list'); let n = 0;
        list.scrollTop = 0;
        function go() { list.scrollTop += 900; if (++n < 90) requestAnimationFrame(go); else done(); }
        requestAnimationFrame(go); })""")
    return (browser.busy() - before) / 90


def two_hundred_decisions(browser):
    """Milliseconds, of the machine that the limits are of: from a key to the next picture where the page has just learned, from a
    key to the next picture, and of the processor for a decision; the first two are medians."""
    # Files share what the browser keeps.
    earlier = len(stored(browser))
    slow = slowness(browser)
    before = browser.busy()
    # From the moment that a key is due to the next picture on the canvas, in the page itself. Each tenth key is due when the page
    # begins to learn from those before.
    times = browser.evaluate("""(async () => {
        const canvas = document.getElementById('review-canvas'), times = [];
        const sleep = (ms) => new Promise(done => setTimeout(done, ms));
        for (let n = 0; n < 200; n++) {
            const gap = n % 10 === 9 ? 150 : 20, due = performance.now() + gap;
            await sleep(gap);
            canvas.dataset.image = '';
            document.body.dispatchEvent(new KeyboardEvent('keydown', {key: n % 3 ? 'a' : 'r', bubbles: true}));
            while (canvas.dataset.image === '' && performance.now() - due < 2000) await sleep(0);
            times.push(performance.now() - due);
        }
        return times;
    })()""")
    cost = (browser.busy() - before) / 200
    slow = max(slow, slowness(browser))
    learning = sorted(times[9::10])[10]
    times.sort()
    check(len(stored(browser)) - earlier == 200, "200 decisions take 200 keys, and no mouse")
    print(f"   to the next picture: median {times[100]:.1f} ms, 95 % {times[190]:.1f} ms, longest {times[-1]:.1f} ms")
    print(f"   a machine {slow:.2f} times as slow as the one that the limits are of")
    return learning / slow, times[100] / slow, cost / slow


def drive_session(browser, page, data, folder):
    """200 decisions by keys alone among 10,000 suspicions of 100,000 that are listed; hostile names; scrolling."""
    many = dict(data, key="many", decisions={})
    real = [s for s in data["suspicions"] if s["kind"] != "check"]
    many["suspicions"] = [dict(s, id=f"{s['id']}-{i}") for i in range(1 + 100_000 // len(real)) for s in real][:100_000]
    many["suspicions"].sort(key=lambda s: -s["probability"])
    hostile = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>\u202e\U0001f408'\""
    many["images"] = [dict(image, name=hostile) if i == many["suspicions"][0]["image"] else image for i, image in enumerate(data["images"])]
    many["classes"] = [hostile] * len(data["classes"])
    large = folder + "/many.html"
    open(large, "w", encoding="utf-8").write(with_data(page, many))
    paint = browser.open("file://" + large + "#review")
    slow = slowness(browser)
    check(paint is not None and paint < 3 * slow, f"100,000 suspicions: first paint after {paint:.2f} s")
    check(text(browser, "review-count") == "100000 shown", "100,000 suspicions are listed")
    choose(browser, "sort", "probability")
    browser.key("Home")
    check(browser.evaluate("document.title") != "owned" and browser.evaluate("document.getElementById('review-name').title") == hostile, "hostile names are text")
    frames = [scrolling(browser)]
    check(browser.evaluate("document.querySelectorAll('.review-row').length") < 60, "only the rows in view exist")

    # What a frame costs does not depend on how many are listed: the rows in view are all that there is. The two are measured in
    # turn, and the least of each counts, since a page's thread shares its core with others.
    few = folder + "/few.html"
    open(few, "w", encoding="utf-8").write(with_data(page, dict(many, suspicions=many["suspicions"][:5000])))
    of_few = []
    for _ in range(5):
        browser.open("file://" + few + "#review")
        of_few.append(scrolling(browser))
        if min(frames) < 2 * min(of_few):
            break
        browser.open("file://" + large + "#review")
        frames.append(scrolling(browser))
    check(min(frames) < 2 * min(of_few),
          f"scrolling costs {min(frames):.1f} ms of the processor a frame, and {min(of_few):.1f} ms where 5,000 are listed")
    os.remove(few)
    os.remove(large)

    many["suspicions"] = many["suspicions"][:10_000]
    many["classes"] = data["classes"]
    open(large, "w", encoding="utf-8").write(with_data(page, many))
    browser.open("file://" + large + "#review")
    # The machine may do other work: a round in which all is in time is enough.
    for _ in range(3):
        learning, median, cost = two_hundred_decisions(browser)
        if learning < 100 and median < 50 and cost < 100:
            break
    check(learning < 100, f"the next picture is there after {learning:.1f} ms where the page has just learned, too")
    check(median < 50, f"the next picture is there after {median:.1f} ms, with 10,000 suspicions")
    check(cost < 100, f"a decision costs {cost:.1f} ms of the processor, with 10,000 suspicions")
    for _ in range(50):
        if text(browser, "review-left").startswith("about "):
            break
        time.sleep(0.1)
    check(text(browser, "review-left").startswith("about "), f"what is left is estimated anew: {text(browser, 'review-left')}")
    os.remove(large)


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
        browser.open(url + "#review")
        time.sleep(0.3)
        for key in "aaru":
            browser.key(key)
        browser.key("z")
        browser.key("n")
        for key in ("ArrowRight", "Enter"):
            browser.key(key)
        time.sleep(0.5)
        kept = json.load(urllib.request.urlopen(url + "decisions"))
        check(sorted(d["decision"] for d in kept.values()) == ["accept", "accept", "accept", "reject"], "decisions and a drawn box are in the ledger")
        browser.open(url + "#review")
        time.sleep(0.3)
        check(text(browser, "review-done").startswith("3 of "), "a reload shows them")
        server.kill()
        server.wait()
        server = subprocess.Popen([tool, plan, "--serve", "--quiet"], stdout=subprocess.PIPE, text=True)
        url = next(line.split()[1] for line in server.stdout if line.startswith("serving"))
        check(len(json.load(urllib.request.urlopen(url + "decisions"))) == 4, "they outlive a killed server")
    finally:
        server.kill()


def main():
    report, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    page = open(report, encoding="utf-8").read()
    data = data_of(page)
    check(len(data["suspicions"]) >= 3, "the page has suspicions")
    browser = Browser(1400, 900)
    try:
        for _ in range(3):
            paint = browser.open("file://" + report)
            is_soon = paint is not None and paint < slowness(browser)
            if is_soon:
                break
        check(is_soon, f"first paint after {paint} s")
        browser.call("Page.setDownloadBehavior", behavior="allow", downloadPath=folder)
        browser.evaluate("localStorage.clear()")
        drive_views(browser, report, folder)
        drive_changes(browser, report)
        drive_keys(browser, report, data)
        drive_dragging(browser, report, data)
        drive_filters(browser, report, data, folder)
        drive_two_tabs(browser, report)
        unnamed = browser.evaluate("""[...document.querySelectorAll('#review input, #review select, #review button, #review textarea')]
            .filter(e => !(e.labels && e.labels.length && e.labels[0].textContent.trim()) && !e.textContent.trim() && !e.getAttribute('aria-label')).map(e => e.id)""")
        check(unnamed == [], "every control has a name")
        drive_session(browser, page, data, folder)
        check(browser.problems() == [], f"the console has no errors {browser.problems()[:3]}")
        if len(sys.argv) > 4:
            drive_served(browser, sys.argv[3], sys.argv[4])
    finally:
        browser.close()


main()
