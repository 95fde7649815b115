"""The leaflet as a page for a browser: everything there is, and no sign of a title that means anything to it."""

from guerdon.leaflet import html, markdown
from guerdon.leaflet.pages import Leaflet, Part, Said, Table


def test_every_part_of_a_leaflet_is_on_the_page() -> None:
    told = Said(title="Base", sentences=("One.", "Two."), details=("March", "April"))
    table = Said(table=Table(("Reward", "Costs"), (("Mug", "5 points"),)))
    page = html(Leaflet("Shop", "From now on.", (Part("Earning", (told,)), Part("Rewards", (table,)))), "bg")

    assert '<html lang="bg">' in page
    assert "<h1>Shop</h1>\n<p>From now on.</p>\n<h2>Earning</h2>" in page
    assert "<p><strong>Base</strong> One. Two.</p>\n<ul><li>March</li><li>April</li></ul>" in page
    assert "<tr><th>Reward</th><th>Costs</th></tr>\n<tr><td>Mug</td><td>5 points</td></tr>" in page


def test_no_title_brings_markup_of_its_own() -> None:
    bad = "<script>alert(1)</script>\"'&"
    said = Said(title=bad, sentences=(bad,), details=(bad,), table=Table((bad,), ((bad,),)))
    leaflet = Leaflet(bad, bad, (Part(bad, (said,)),))

    assert "<script" not in html(leaflet, "en")
    assert html(leaflet, "en").count("&lt;script&gt;") == 9
    assert "<script" not in markdown(leaflet).replace("\\<", "")
