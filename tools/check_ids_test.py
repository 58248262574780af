#!/usr/bin/env python3
"""check_ids finds what a page promises and no test names, and the reverse."""
import pathlib
import tempfile
import unittest

import check_ids


def page(**changes):
    said = {defect: "not yet: no such part" for defect in check_ids.DEFECTS} | {
        name.replace("_", "-"): text for name, text in changes.items()}
    return "".join(f"| {defect} | what it was | {text} |\n" for defect, text in said.items() if text)


class CheckIds(unittest.TestCase):
    def test_the_page_and_the_tests_agree(self):
        self.assertEqual(list(check_ids.problems_of_defects(page(), set())), [])
        self.assertEqual(list(check_ids.problems_of_defects(page(F_05="shown: there"), {"F-05"})), [])

    def test_they_differ(self):
        for said, named, word in ((page(F_05="shown: there"), set(), "no test names it"),
                                  (page(), {"F-05"}, "a test names it"),
                                  (page(F_05=""), set(), "lacks F-05"),
                                  (page(F_26="shown"), set(), "F-26")):
            problems = list(check_ids.problems_of_defects(said, named))
            self.assertEqual(len(problems), 1, problems)
            self.assertIn(word, problems[0])

    def test_names_in_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src").mkdir()
            (root / "src/a_test.cpp").write_text(
                "TEST(A, F01AndF22Never)\nTEST_F(B, F07Once) // V31\nType::F13; // F32\nTEST(C, OfAndF11)\n")
            (root / "tests/clients").mkdir(parents=True)
            (root / "tests/clients/b.test.mjs").write_text("test('F-05: it expires')\n")
            self.assertEqual(check_ids.defects_named(root), {"F-01", "F-05", "F-07", "F-22"})
            self.assertEqual(check_ids.vectors_named(root), {"V31"})


if __name__ == "__main__":
    unittest.main()
