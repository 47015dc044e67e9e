"""The page in a real browser: it loads, its tables sort, it fits a phone."""

import os
import shutil

import pytest

from tests.reports.compare_command import compare
from tests.reports.comparison_case import write_case

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)


def find_browser():
    """Chromium and its driver; skips without them, unless REQUIRE_BROWSER says otherwise."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "no Chromium with a chromedriver on the PATH (Debian: chromium, chromium-driver)"
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    from selenium import webdriver

    browser, chromedriver = find_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    profile = tmp_path_factory.mktemp("profile")
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=chromedriver)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    results = write_case(folder, seeds=2)
    assert compare("--results", results, "-o", folder / "page.html")[0] == 0
    return (folder / "page.html").as_uri()


@pytest.fixture
def fresh(driver, address):
    """The page as it is when it was loaded."""
    emulate(driver, 1280, "light")
    driver.get(address)
    return driver


@pytest.fixture
def page(fresh):
    fresh.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    return fresh


def emulate(driver, width, scheme):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600,
    })
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def table(page, title):
    return page.execute_script(
        "return [...document.querySelectorAll('table')].find(t => t.caption.innerText === "
        "arguments[0] || t.caption.textContent === arguments[0])", title,
    )


def head(page, title, label):
    return page.execute_script(
        "return [...arguments[0].tHead.rows[0].cells].find(c => c.textContent === arguments[1])",
        table(page, title), label,
    )


def column(page, title, label):
    return page.execute_script(
        "const at = arguments[1].cellIndex;"
        "return [...arguments[0].tBodies[0].rows].map(r => r.cells[at].textContent)",
        table(page, title), head(page, title, label),
    )


def click(page, title, label):
    cell = head(page, title, label)
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", cell)
    cell.find_element("tag name", "button").click()
    return cell.get_attribute("aria-sort")


def values(texts):
    return [float(text.split(" ±")[0].replace(",", "")) for text in texts if text != "n/a"]


@pytest.mark.parametrize(
    ("title", "label"),
    [("Every network", "Encoded bits"), ("Accuracy and size", "Test accuracy (%)"),
     ("Hardware", "LUT (yosys)")],
)
def test_a_click_sorts_numbers_as_numbers_and_a_second_one_turns_them(page, title, label):
    before = column(page, title, label)
    assert values(before) != sorted(values(before))
    assert click(page, title, label) == "ascending"
    ascending = column(page, title, label)
    assert values(ascending) == sorted(values(before))
    assert click(page, title, label) == "descending"
    descending = column(page, title, label)
    assert values(descending) == sorted(values(before), reverse=True)
    missing = before.count("n/a")
    for sorted_texts in (ascending, descending):
        assert sorted_texts[len(before) - missing :] == ["n/a"] * missing
        assert sorted(sorted_texts) == sorted(before)


def test_what_follows_the_verdicts_is_folded_until_it_is_asked_for(fresh):
    titles = fresh.execute_script(
        "return [...document.querySelectorAll('section')].map(s => [s.querySelector('h2')"
        ".textContent, s.querySelector('details')?.open ?? null])"
    )
    assert titles[:2] == [["Frontier", None], ["Claims", None]]
    assert [open_ for _, open_ in titles[2:]] == [False] * 5
    fresh.find_element("link text", "Hardware").click()
    assert table(fresh, "Hardware").is_displayed()
    assert not table(fresh, "Every network").is_displayed()


def test_whole_rows_move_and_only_one_column_is_marked(page):
    def rows():
        return page.execute_script(
            "return [...arguments[0].tBodies[0].rows].map(r => r.textContent)",
            table(page, "Accuracy and size"),
        )

    before = rows()
    click(page, "Accuracy and size", "Nonzeros")
    click(page, "Accuracy and size", "Method")
    assert rows() != before and sorted(rows()) == sorted(before)
    methods = column(page, "Accuracy and size", "Method")
    places = [methods.index(f"sparse ternary {share}\u00a0%") for share in (90, 95, 98, 99)]
    assert places == sorted(places)
    marks = page.execute_script(
        "return [...arguments[0].tHead.rows[0].cells].map(c => c.getAttribute('aria-sort'))",
        table(page, "Accuracy and size"),
    )
    assert marks.count("ascending") == 1 and marks.count("none") == len(marks) - 1


def test_a_head_is_reached_and_pressed_by_keyboard(page):
    from selenium.webdriver.common.keys import Keys

    cell = head(page, "Claims", "Network")
    button = cell.find_element("tag name", "button")
    page.execute_script("arguments[0].focus()", button)
    button.send_keys(Keys.ENTER)
    assert cell.get_attribute("aria-sort") == "ascending"


@pytest.mark.parametrize("width", [1280, 390])
def test_only_frames_scroll_sideways(page, address, width):
    emulate(page, width, "light")
    page.get(address)
    root = "document.documentElement"
    assert page.execute_script(f"return {root}.scrollWidth - {root}.clientWidth") == 0
    wider = page.execute_script(
        "return [...document.querySelectorAll('.scroll')].filter(f => f.scrollWidth > "
        "f.clientWidth).every(f => getComputedStyle(f).overflowX === 'auto' && f.tabIndex === 0)"
    )
    assert wider


def test_light_and_dark_differ_and_text_can_be_read_in_both(page, address):
    found = {}
    for scheme in ("light", "dark"):
        emulate(page, 1280, scheme)
        page.get(address)
        found[scheme] = page.execute_script(
            "const of = (e, p) => getComputedStyle(e)[p].match(/\\d+/g).slice(0, 3)"
            ".reduce((a, b) => a + Number(b), 0) / 3;"
            "const text = document.querySelector('svg text');"
            "return [of(document.body, 'backgroundColor'), of(document.body, 'color'),"
            " of(text, 'fill')]"
        )
    page_light, ink_light, plot_light = found["light"]
    page_dark, ink_dark, plot_dark = found["dark"]
    assert page_light > 240 and ink_light < 60 and plot_light < 60
    assert page_dark < 40 and ink_dark > 200 and plot_dark > 200


def test_numbers_stand_right_in_figures_of_one_width(page):
    styles = page.execute_script(
        "const cell = document.querySelector('td[data-sort]'), s = getComputedStyle(cell);"
        "return [s.textAlign, s.fontVariantNumeric]"
    )
    assert styles == ["right", "tabular-nums"]


def test_loading_fetches_nothing_and_logs_no_error(page, address):
    import json

    page.get_log("performance"), page.get_log("browser")
    page.get(address)
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = {event["params"]["request"]["url"] for event in events
             if event["method"] == "Network.requestWillBeSent"}
    assert asked == {address}


def test_every_plot_is_drawn(page):
    sizes = page.execute_script(
        "return [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect())"
        ".map(r => [r.width, r.height])"
    )
    assert len(sizes) == 8
    assert all(width > 300 and height > 150 for width, height in sizes)
