"""The panel's own module in a browser, with a kernel that answers when the test says so."""

import pytest

from workbench.view.browser.desk import SOURCE
from workbench.view.knobs import Slider, described

OPEN = """async ([source, knobs]) => {
    const file = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: panel } = await import(file);
    const state = { knobs, values: { t: 0.5 }, heard: {}, status: {}, turns: 0 }, ears = {};
    window.sent = [];
    window.answer = (values, turn) => {
        Object.assign(state, { values, heard: { t: turn } }); ears["change:turns"](); };
    const model = { get: name => state[name], on: (event, hear) => { ears[event] = hear; }, off() {},
                    send: message => message.do === "turn" && sent.push(message) };
    panel.render({ model, el: document.body });
}"""


@pytest.mark.browser
def test_an_answer_older_than_the_hand_moves_no_knob(page):
    page.set_content("<body></body>")
    page.evaluate(OPEN, [SOURCE, [described(Slider("t", 0.0, 1.0))]])
    slider = page.locator("input")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("End")  # while nobody has answered
    page.evaluate("() => answer({ t: 0 }, sent[0].turn)")
    assert slider.input_value() == "1"
    page.wait_for_function("() => sent.length === 2")
    page.evaluate("() => answer({ t: 0.75 }, sent[1].turn)")  # the kernel may have its own mind
    assert slider.input_value() == "0.75"
    assert page.problems == []
