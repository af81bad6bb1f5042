"""Working with the report: filter, order, links, keys, graph, print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

# Until what a filter shows has been painted, and how long that took in milliseconds.
FILTERED = """(word) => new Promise((done) => {
    const box = document.getElementById("by-text"), start = performance.now();
    box.value = word;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - start);
        channel.port2.postMessage(0);
    });
})"""


# Where the sentence over a finding begins, where the filter's bar ends, and whether it stays when the page moves.
ABOVE = """(name) => {
    const bar = document.getElementById("filter"), cause = document.getElementById(name).closest(".cause");
    return [cause.firstElementChild.getBoundingClientRect().top, bar.getBoundingClientRect().bottom,
        getComputedStyle(bar).position === "sticky"];
}"""


def test_search_filter_and_reset(opened: Open, shop: Path) -> None:
    page = opened(shop)
    everything = _count(page)
    page.fill("#by-text", "ambiguous orders.py")
    assert 0 < _count(page) < everything
    assert all("orders.py" in text for text in page.locator(".item:visible").all_inner_texts())
    page.click("button[type=reset]")
    expect(page.locator("#shown")).to_have_text(f"{everything} findings")
    page.select_option("#by-effect", "breaks")
    page.select_option("#by-certainty", "certain")
    assert set(page.locator("#findings .group:visible .badge").all_inner_texts()) == {"breaks"}
    assert set(page.locator("#findings .item:visible").evaluate_all("all => all.map(x => x.dataset.certainty)")) == {
        "certain"
    }


def test_a_card_shows_its_service_alone(opened: Open, shop: Path) -> None:
    page = opened(shop)
    page.locator(".service").nth(1).click()
    name = page.locator(".service > b").nth(1).inner_text()
    assert page.locator("#findings h2:visible").all_inner_texts() == [name]
    assert page.url.endswith(f"#service={name}")


def test_the_state_stands_in_the_address(opened: Open, shop: Path) -> None:
    page = opened(shop, "#service=billing&sort=calls&q=select")
    assert page.locator("#by-service option:checked").inner_text() == "billing"
    calls = page.locator("#flat .item").evaluate_all("all => all.map(each => Number(each.dataset.calls))")
    assert calls == sorted(calls, reverse=True)
    assert len(calls) > 1
    page.select_option("#by-sort", "")
    assert page.locator("#flat .item").count() == 0
    assert page.url.endswith("#q=select&service=billing")


def test_every_order_and_back(opened: Open, shop: Path) -> None:
    page = opened(shop)
    ids = "all => all.map(each => each.id)"
    grouped = page.locator("#findings .item").evaluate_all(ids)
    for order, key in (("calls", "calls"), ("time", "time")):
        page.select_option("#by-sort", order)
        values = page.locator("#flat .item").evaluate_all(f"all => all.map(each => Number(each.dataset.{key}))")
        assert values == sorted(values, reverse=True)
    page.select_option("#by-sort", "file")
    files = page.locator("#flat .item").evaluate_all(
        "all => all.map(x => (x.querySelector('.place') || x).textContent)"
    )
    placed = [file for file in files if re.fullmatch(r"\S+\.\w+:\d+", file)]
    assert [file.split(":")[0] for file in placed] == sorted(file.split(":")[0] for file in placed)
    page.select_option("#by-sort", "effect")
    assert page.locator("#flat .badge").first.inner_text() == "breaks"
    page.select_option("#by-sort", "")
    assert page.locator("#findings .item").evaluate_all(ids) == grouped


def test_a_finding_has_a_link_of_its_own(opened: Open, large: Path) -> None:
    page = opened(large)
    name = page.locator("#findings .item").nth(7_000).get_attribute("id")
    linked = opened(large, f"#{name}")
    expect(linked.locator(f"[id='{name}']")).to_be_in_viewport()
    expect(linked.locator(f"[id='{name}']")).to_be_focused()
    linked.fill("#by-text", "no such text")
    linked.evaluate("name => { location.hash = ''; location.hash = name; }", name)
    expect(linked.locator(f"[id='{name}']")).to_be_in_viewport()


def test_keys(opened: Open, shop: Path) -> None:
    page = opened(shop)
    first, second = page.locator("#findings .item").nth(0), page.locator("#findings .item").nth(1)
    for keys, focused in (("j", first), ("j", second), ("k", first)):
        page.keyboard.press(keys)
        expect(focused).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#{first.get_attribute('id')}")
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.input_value("#by-text") == "jk?"
    page.keyboard.press("Escape")
    assert page.input_value("#by-text") == ""
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#by-text")).not_to_be_focused()


def test_the_graph_leads_to_findings_and_follows_the_filter(opened: Open, shop: Path) -> None:
    page = opened(shop, "#service=billing")
    page.locator("#graph").scroll_into_view_if_needed()
    services = page.locator(".node[aria-label^=service]")
    expect(services).to_have_count(1)
    assert services.get_attribute("aria-label") == "service billing"
    rows = page.locator("#arrows tbody tr").count()
    assert rows == page.locator("#findings .item:visible").count()
    before = page.locator("#picture svg > g").get_attribute("transform")
    page.click("[data-zoom=in]")
    assert page.locator("#picture svg > g").get_attribute("transform") != before
    page.click("[data-zoom=fit]")
    query = page.locator(".node[aria-label^=query]").first
    query.click()
    expect(page.locator(page.url[page.url.index("#") :])).to_be_in_viewport()


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_what_a_finding_says_is_not_under_the_filter(width: int, opened: Open, shop: Path) -> None:
    page = opened(shop, viewport={"width": width, "height": 900})
    for name in page.locator("#findings .cause > .item:nth-child(3)").evaluate_all("all => all.map((each) => each.id)"):
        page.evaluate("name => { location.hash = name; }", name)
        expect(page.locator(f"[id='{name}']")).to_be_focused()
        said, bar, sticky = page.evaluate(ABOVE, name)
        assert said >= 0
        assert not sticky or said >= bar or page.evaluate("scrollY") == 0


def test_what_is_further_down_a_short_report_is_painted(opened: Open, shop: Path, large: Path) -> None:
    skipped = "getComputedStyle(document.querySelector('.item')).contentVisibility"
    assert opened(shop).evaluate(skipped) == "visible"
    assert opened(large).evaluate(skipped) == "auto"


def test_the_graph_of_10000_findings_is_bounded(opened: Open, large: Path) -> None:
    page = opened(large)
    page.click("nav a[href='#graph']")
    expect(page.locator("#drawn")).to_have_text("the worst 60 of 10,050 queries")
    assert page.locator(".node[aria-label^=query]").count() == 60


def test_paper_has_all_findings_and_no_controls(opened: Open, shop: Path, large: Path) -> None:
    page = opened(shop)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#filter:visible, nav:visible, .tools:visible").count() == 0
    assert page.locator(".item:visible").count() == page.locator(".item").count()
    large_page = opened(large)
    large_page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert large_page.locator("#findings .item:not([hidden])").count() == 10_000
    large_page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert large_page.locator("#findings .item:not([hidden])").count() == 100


def test_without_scripts_everything_is_there(opened: Open, shop: Path) -> None:
    page = opened(shop, java_script_enabled=False)
    assert page.locator("#findings .item:visible").count() == page.locator("#findings .item").count()
    assert page.locator("#filter:visible, #graph:visible").count() == 0


def test_filtering_10000_findings_takes_less_than_a_tenth_of_a_second(opened: Open, large: Path) -> None:
    page = opened(large)
    for word in ("module_17", "ambiguous", "service-03 breaks", ""):
        took = [page.evaluate(FILTERED, each) for _ in range(10) for each in ("nothing at all", word)][1::2]
        assert min(took) < 100, word


def test_narrow(opened: Open, shop: Path) -> None:
    page = opened(shop, viewport={"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def _count(page: Page) -> int:
    return int(page.locator("#shown").inner_text().split()[0].replace(",", ""))
