"""What a newcomer does at /phone, in a real browser against a real server."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.player import Player
from tests.browser.serving import Served, serve


def test_the_reminder_is_answered_without_a_reload(player: Player) -> None:
    player.page.evaluate("window.sameDocument = true")
    player.start(name="Ana")
    player.reads("Hi Ana, can you still make Elm St on")
    first = player.page.locator(".bots").first
    expect(first).to_contain_text("1 segment, GSM-7")
    expect(first).to_contain_text("delivered ✓")
    expect(player.standing).to_contain_text("live")
    expect(player.standing).to_contain_text("ask")
    expect(player.standing).to_contain_text("in 4 hours")
    expect(player.standing).to_contain_text("09:30 UTC")

    player.text("YES")
    player.reads("See you")
    expect(player.standing).to_contain_text("ended: confirmed")
    assert player.page.evaluate("window.sameDocument") is True
    expect(player.field).to_be_focused()
    expect(player.field).to_have_value("")


def test_stop_is_respected_until_start(player: Player) -> None:
    player.start()
    player.reads("Hi Ana")
    player.text("STOP")
    player.reads("You have successfully been unsubscribed")
    banner = player.page.get_by_text("This phone has opted out. Text START to come back.")
    expect(banner).to_be_visible()
    expect(player.standing).to_contain_text("ended: stopped")

    player.text("hello?")
    player.text("START")
    player.reads("re-subscribed")
    expect(banner).to_have_count(0)
    said = player.texts.all_inner_texts()
    assert said[-3:-1] == ["hello?", "START"], "nothing may come between STOP and START"

    player.start()
    player.reads("Hi Ana")


def test_a_person_takes_over(player: Player) -> None:
    player.start()
    player.reads("Hi Ana")
    player.text("MOVE")
    player.reads("What day and time suit you better?")
    player.text("TUE 3PM")
    player.reads("a person will text you soon")
    expect(player.standing).to_contain_text("with a person: reception")
    expect(player.standing).to_contain_text("wanted")


def test_another_alphabet_takes_more_segments(player: Player) -> None:
    text = "Можно перенести встречу на вторник? Утром я, к сожалению, не успеваю приехать."
    player.field.fill(text)
    expect(player.page.locator("#size")).to_have_text("2 segments, UCS-2")
    player.field.press("Enter")
    expect(player.page.locator(".theirs").last).to_contain_text("2 segments, UCS-2")
    expect(player.page.locator("#size")).to_be_empty()


def test_a_phone_out_of_coverage(player: Player) -> None:
    player.page.get_by_role("button", name="Out of coverage").click()
    expect(player.page.get_by_text("The next text to this phone will not arrive.")).to_be_visible()
    player.start()
    expect(player.page.locator(".bots").last).to_contain_text("failed: the phone was out of coverage")
    player.text("YES")
    expect(player.page.locator(".bots").last).to_contain_text("delivered ✓")


def test_a_script_that_is_texted_is_a_text(player: Player) -> None:
    script = "<script>document.title='broken'</script><img src=x onerror=alert(1)><hx-partial>"
    player.text(script)
    expect(player.texts.last).to_have_text(script)
    player.start(name="<b>Ana</b>")
    player.reads("Hi <b>Ana</b>, can")
    expect(player.standing).to_contain_text("<b>Ana</b>")
    expect(player.page).to_have_title(re.compile(r"convo phone$"))


def test_values_that_will_not_do_are_told_beside_the_form(player: Player) -> None:
    player.start(visit="whenever")
    form = player.page.locator("#flow-appointment-reminder")
    expect(form.get_by_role("alert")).to_contain_text("'visit': 'whenever' will not do")
    expect(form.get_by_label("visit")).to_have_value("whenever")
    player.expect_refusal(422)

    player.start(visit="2030-12-01 09:30")
    player.reads("on Sun 1 Dec, 09:30?")
    expect(form.get_by_role("alert")).to_be_empty()


def test_a_second_conversation_waits_in_line(player: Player) -> None:
    player.start(visit="2030-12-01 09:30")
    player.reads("on Sun 1 Dec, 09:30?")
    player.start(visit="2030-12-02 10:30")
    expect(player.standing).to_contain_text("appointment-reminder (waiting)")
    player.text("YES")
    player.reads("See you Sun 1 Dec, 09:30!", "can you still make Elm St on Mon 2 Dec, 10:30?")
    expect(player.standing).not_to_contain_text("waiting")


def test_an_empty_text_is_not_sent(player: Player) -> None:
    player.field.fill("  ")
    player.field.press("Enter")
    player.page.get_by_role("button", name="Send").click()
    player.text("something")
    expect(player.texts).to_have_text(["something"])


def test_texts_sent_in_haste_arrive_in_order(player: Player) -> None:
    for text in ("one", "two", "three", "four"):
        player.field.fill(text)
        player.field.press("Enter")
    expect(player.texts).to_have_text(["one", "two", "three", "four"])


def test_several_lines_right_to_left_and_emoji(player: Player) -> None:
    player.field.fill("مرحبا")
    player.field.press("Shift+Enter")
    player.field.press_sequentially("👋")
    player.field.press("Enter")
    bubble = player.texts.last
    expect(bubble).to_have_text("مرحبا\n👋")
    assert bubble.evaluate("b => [getComputedStyle(b).direction, getComputedStyle(b).whiteSpace]") == [
        "rtl",
        "pre-wrap",
    ]


def test_a_huge_text_stays_in_its_bubble(player: Player, served: Served) -> None:
    served.deliver(player.contact, "x" * 100_000)
    expect(player.texts.last).to_contain_text("and 90000 more characters")
    expect(player.page.locator(".theirs").last).to_contain_text("654 segments, GSM-7")
    box = player.texts.last.bounding_box()
    assert box is not None
    assert box["height"] < 400
    assert box["width"] < 400


def test_a_long_history_shows_its_newest_texts(player: Player, served: Served) -> None:
    served.deliver(player.contact, *(f"text {place}" for place in range(1, 231)))
    expect(player.texts.last).to_have_text("text 230")
    expect(player.texts).to_have_count(200)
    expect(player.page.get_by_text("Earlier texts are not shown.")).to_be_attached()
    expect(player.texts.last).to_be_in_viewport()


def test_a_flow_that_changes_on_disk_changes_on_the_page(own_server: Served, browser: Browser) -> None:
    player = Player(browser.new_page(), own_server.address, "+15550001111")
    player.open()
    flow = own_server.folder / "flows" / "greeting.yaml"
    flow.write_text(
        "flow: greeting\nneeds: {who: text}\nvars: {tone: text = warm}\nstart: hello\n"
        "states:\n  hello: {say: 'A {{ tone }} hello to {{ who }}.', end: done}\n"
    )
    form = player.page.locator("#flow-greeting")
    form.locator("summary").click()
    expect(form.get_by_label("tone")).to_have_value("warm")
    form.get_by_label("who").fill("all")
    form.get_by_role("button", name="Start").click()
    player.reads("A warm hello to all.")
    player.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(
    served: Served, browser: Browser, contact: str, scheme: str
) -> None:
    dark = scheme == "dark"
    page = browser.new_page(
        viewport={"width": 390, "height": 844}, color_scheme="dark" if dark else "light", has_touch=True
    )
    player = Player(page, served.address, contact)
    player.open()
    player.start()
    player.reads("Hi Ana")
    player.text("W" * 500)
    player.reads("Sorry, I only know")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(player.field).to_be_in_viewport()
    expect(player.texts.last).to_be_in_viewport()
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g)")
    assert (sum(map(int, ground[:3])) < 384) is dark
    page.close()
    assert player.complaints == []


def test_without_scripts_the_forms_still_work(served: Served, browser: Browser, contact: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.address}/phone?contact=%2B{contact[1:]}")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_label(f"Text as {contact}").fill("YES")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble").nth(1)).to_have_text("YES")
    expect(page.locator(".bubble").nth(2)).to_contain_text("See you")
    page.context.close()


def test_a_number_that_cannot_be_read_gets_words(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{served.address}/phone?contact=12x")
    expect(page.get_by_role("alert")).to_contain_text("'12x' is not a phone number")
    page.get_by_label("The phone's number").fill("+44 7700 900123")
    page.get_by_role("button", name="Pick up this phone").click()
    expect(page.get_by_label("Text as +447700900123")).to_be_visible()
    page.close()


def test_a_store_that_is_gone_loses_no_word(own_server: Served, browser: Browser) -> None:
    page = browser.new_page()
    player = Player(page, own_server.address, "+15550001111")
    player.open()
    database = own_server.folder / "convo.db"
    database.rename(own_server.folder / "elsewhere.db")
    player.field.fill("keep this")
    player.field.press("Enter")
    expect(page.locator("#note")).to_contain_text("is gone")
    expect(player.field).to_have_value("keep this")

    (own_server.folder / "elsewhere.db").rename(database)
    player.field.press("Enter")
    expect(player.texts).to_have_text(["keep this"])
    expect(page.locator("#note")).to_be_empty()
    page.close()


def test_the_server_ends_with_a_page_open_and_the_page_finds_it_again(
    own_server: Served, browser: Browser
) -> None:
    page = browser.new_page()
    player = Player(page, own_server.address, "+15550001111")
    player.open()
    player.text("before")
    own_server.interrupt()
    expect(page.get_by_text("convo does not answer.")).to_be_visible()
    player.field.fill("meanwhile")
    player.field.press("Enter")
    expect(player.field).to_have_value("meanwhile")

    again = serve(own_server.folder, int(own_server.host.rpartition(":")[2]))
    try:
        again.deliver(player.contact, "after")
        expect(player.texts).to_have_text(["before", "after"], timeout=10_000)
        expect(page.get_by_text("convo does not answer.")).to_be_hidden()
    finally:
        page.close()
        again.end()
    assert "Traceback" not in (own_server.folder / "errors.log").read_text()


def test_a_sub_flow_shows_what_waits_for_it(own_server: Served, browser: Browser) -> None:
    player = Player(browser.new_page(), own_server.address, "+15550001111")
    player.open()
    flows = own_server.folder / "flows"
    (flows / "town.yaml").write_text(
        "flow: town\nstart: ask\nstates:\n  ask: {say: Your town?, save: {town: text}, then: told}\n"
        "  told: {end: told}\n"
    )
    (flows / "club.yaml").write_text(
        "flow: club\nstart: where\nstates:\n  where: {run: {flow: town, outcomes: {else: in}}}\n"
        "  in: {say: Welcome!, end: in}\n"
    )
    form = player.page.locator("#flow-club")
    form.locator("summary").click()
    form.get_by_role("button", name="Start").click()
    player.reads("Your town?")
    expect(player.standing).to_contain_text("town.ask inside where")
    player.text("Leeds")
    player.reads("Welcome!")
    expect(player.standing).to_contain_text("ended: in")
    player.page.close()
