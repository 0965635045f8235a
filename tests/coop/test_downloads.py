"""Downloads: what a spreadsheet would run becomes text, what it should add stays a number."""

import csv
import io

from coop.downloads import csv_file


def test_formulas_become_text_and_amounts_stay_numbers() -> None:
    cells = ["=1+1", "+64 21", "-1+1", "@SUM(A1)", "-45.00", "45.00", "-7", "-", "-4.5.0", "- 1"]
    answer = csv_file("list.csv", ["what"], [[cell] for cell in cells])
    written = [row[0] for row in csv.reader(io.StringIO(answer.get_data(as_text=True)))][1:]
    assert written == ["'=1+1", "'+64 21", "'-1+1", "'@SUM(A1)", "-45.00", "45.00", "-7", "'-", "'-4.5.0", "'- 1"]
