"""The course as pages: no kernel, no network, yet formulas, scenes that turn and sliders that answer."""

import re

import pytest
from browser import View, chromium
from tiny_chapters import chapters

pytest.importorskip("latex2mathml", reason="pip install 'spectral-workbench[site]'")

from workbench.exporting import ExportError, site
from workbench.exporting.formulas import mathml, rendered
from workbench.exporting.page import self_contained, style
from workbench.shapes.files import shipped

OPENED = ".wb-kept iframe[data-opened]"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A site of two small chapters, and what was said while it was made."""
    place, told = tmp_path_factory.mktemp("site"), []
    return site(chapters(place / "source"), place / "pages", "quick", None, told.append), told


def test_every_chapter_has_a_page_with_its_neighbours_its_times_and_no_word_from_elsewhere(built):
    (index, first, second), told = built
    assert [path.name for path in (index, first, second)] == ["index.html", "01_one.html", "02_two.html"]
    text = first.read_text("utf-8")
    assert 'href="02_two.html"' in text and 'href="index.html"' in text and "this cell: " in text
    assert "All cells of this chapter: " in text and "Not yet" in text  # the exercise is the reader's
    assert 'href="01_one.html"' in second.read_text("utf-8")
    assert "One wave" in index.read_text("utf-8") and any("MB" in words for words in told)


def test_every_picture_and_frame_of_a_page_has_words(built):
    text = built[0][1].read_text("utf-8")
    pictures, frames = re.findall(r"<img\b[^>]*>", text), re.findall(r"<iframe\b[^>]*>", text)
    assert len(pictures) >= 2 and frames
    assert all(re.search(r'\balt="[^"]{4,}"', picture) for picture in pictures)
    assert all(re.search(r'\btitle="[^"]{4,}"', frame) for frame in frames)


def test_a_site_made_again_runs_nothing_and_chapters_run_elsewhere_can_be_used(built, tmp_path):
    (index, *_), told = built
    source, told = index.parent.parent / "source", []
    site(source, index.parent, "quick", None, told.append)
    assert "01_one: ran already" in told
    pages = site(source, tmp_path / "again", ran=index.parent / ".executed")
    assert "not timed" not in pages[1].read_text("utf-8")
    assert pages[1].read_bytes() == index.with_name("01_one.html").read_bytes()
    with pytest.raises(ExportError, match="was not run"):
        site(source, tmp_path / "never", ran=source)
    with pytest.raises(ExportError, match="missing"):
        site(source, tmp_path / "never", ran=tmp_path)


@pytest.mark.parametrize("part", ['<script src="https://x.org/a.js">', '<img alt="" src="a.png">',
                                  '<link rel="stylesheet" href="https://x.org/a.css">', "@import 'a.css'",
                                  "b { background: url(https://x.org/a.png) }"])
def test_a_page_that_would_fetch_something_is_refused(part):
    with pytest.raises(ExportError, match="would fetch"):
        self_contained(f"<p>{part}</p>", "page")


def test_links_and_pictures_in_the_page_are_no_fetches():
    html = '<a href="https://doi.org/1">x</a><img src="data:image/png;base64,AA" alt="b">'
    assert self_contained(html + f"<style>{style()}</style>", "page").startswith(html)


def test_formulas_become_mathml_that_keeps_its_tex():
    html = rendered(r"Let $\lambda_1 \le \frac{a}{b}$ and" "\n\n" r"$$\sum_{t \ni v} f_t^\top f_t$$")
    assert html.count("<math ") == 2 and 'display="block"' in html and "<mfrac>" in html
    assert r'alttext="\lambda_1 \le \frac{a}{b}"' in html and "$" not in html
    for wrong in (r"\left( a", r"\frac", r"\nosuchthing x"):
        with pytest.raises(ExportError, match="cannot be converted"):
            mathml(wrong, display=False)


def test_a_link_to_another_chapter_leads_to_its_page():
    html = rendered("[one](01_one.ipynb), [there](02_two.ipynb#there), [far](https://x.org/03_a.ipynb)")
    assert re.findall('href="([^"]*)"', html) == ["01_one.html", "02_two.html#there",
                                                  "https://x.org/03_a.ipynb"]


def test_hints_stay_folded_and_their_formulas_are_drawn():
    hint = "<details><summary>A nudge</summary>\n\nLook at $a_1$.\n\n- **two**\n\n</details>\n\nAfter."
    html = rendered(hint)
    inside = html[html.index("<details>"):html.index("</details>")]
    assert "Look at" in inside and "<strong>two" in inside and "<math" in inside and "After" not in inside
    line = rendered("<details><summary>A nudge</summary>Row $i$ is <code>i</code>.</details>")
    assert "<math" in line and "$" not in line and line.index("<math") < line.index("</details>")


def test_every_formula_of_the_course_is_understood():
    import nbformat

    for path in sorted(shipped("notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
        html = rendered("\n\n".join(prose))
        drawn = re.sub(r'alttext="[^"]*"', "", html)
        left = re.findall(r"<m[iotn]\b[^>]*>\\[A-Za-z]+", drawn)
        assert "<math " in html and not left, f"{path.name}: {left}"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_turn_and_answer_without_a_network(built, scheme):
    with chromium() as browser:
        size = {"width": 1000, "height": 1300}
        context = browser.new_context(viewport=size, offline=True, color_scheme=scheme)
        asked = []
        context.on("request", lambda request: asked.append(request.url))
        view = View(context.new_page())
        page = view.page
        page.goto(built[0][0].as_uri())
        page.get_by_role("link", name="One wave").click()
        page.wait_for_selector(OPENED, timeout=60_000)
        tall, low = (page.locator(f"math[display={how}]").first.bounding_box()["height"]
                     for how in ("block", "inline"))
        assert tall > low > 8  # drawn as formulas: an integral with its index is taller than a letter
        scene = page.frame_locator(OPENED).first
        canvas = scene.locator(".wb-canvas")
        view.keep(f"site-{scheme}.png")
        assert view.colourful(canvas) > 0.03
        assert view.changes(lambda: view.drag(canvas), canvas)
        scene.locator(".wb-knob input").focus()
        assert view.changes(lambda: page.keyboard.press("End"), canvas)
        page.get_by_role("link", name="Two →").first.click()
        assert page.get_by_role("heading", name="Two").is_visible()
        fetched = [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))]
        assert fetched == [] and view.complaints == []
        pages = [url for url in asked if url.startswith("file:")]
        assert {url.rsplit("/", 1)[1] for url in pages} == {"index.html", "01_one.html", "02_two.html"}


@pytest.mark.browser
def test_on_paper_stand_pictures_and_no_navigation(built, page):
    page.goto(built[0][1].as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".wb-nav").first.is_visible()
    assert page.locator(".wb-kept img").first.is_visible() and page.locator("h2").first.is_visible()
    assert page.locator(".wb-kept iframe").first.is_visible() is False
    assert page.pdf()[:5] == b"%PDF-"
