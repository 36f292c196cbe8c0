//! `search --html`: one page that needs nothing else. How it looks is seen by `tests/browser`.

use crate::kit::Folder;
use crate::molecules::{mgf, molecules, msp};

#[test]
fn the_page_holds_all_that_was_found_and_needs_nothing_else() {
    let few = molecules(60);
    let folder = Folder::with_library(&msp(&few[..40]), &mgf(&few), &["--dim", "64"]);
    let search = [
        "search",
        "lib.h5",
        "queries.mgf",
        "-o",
        "r.csv",
        "--html",
        "r.html",
    ];
    folder.run(&search).exits(0);
    let page = folder.text("r.html");
    assert_eq!(page.matches("<tr class=\"query\"").count(), 60);
    let n_matched = folder.text("r.csv.json");
    let told: serde_json::Value = serde_json::from_str(&n_matched).unwrap();
    let matched = told["counts"]["matched"].as_u64().unwrap() as usize;
    assert_eq!(page.matches("<figure class=\"mirror\">").count(), matched);
    assert!(page.contains(told["libraries"][0]["checksum"].as_str().unwrap()));
    for foreign in ["http:", "https:", "src=", "@import", "url("] {
        let found = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!found.contains(foreign), "{foreign}");
    }
    // The report is the same as without the page, and so is the page each time.
    let report = folder.read("r.csv");
    folder.run(&search).exits(0);
    assert!(folder.text("r.html") == page && folder.read("r.csv") == report);
}

#[test]
fn names_cannot_break_out_of_the_page() {
    let name = "</template><script>alert(1)</script>\"'&";
    let msp = format!(
        "Name: {name}\nPrecursorMZ: 300\nNum Peaks: 6\n80 10\n90 20\n100 30\n110 5\n120 8\n130 9\n\n"
    );
    let folder = Folder::with_library(&msp, "", &["--dim", "64"]);
    let search = ["search", "lib.h5", "refs.msp", "--html", "r.html", "-q"];
    let csv = folder.run(&search).exits(0).stdout;
    assert!(csv.contains("</template>"));
    let page = folder.text("r.html");
    assert_eq!(page.matches("<script>").count(), 1, "ours");
    assert_eq!(page.matches("</template>").count(), 1);
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script&#62;"));
}

#[test]
fn peptides_with_decoys_have_plots_too() {
    let few = molecules(30);
    let flags = ["--dim", "64", "--decoys", "auto"];
    let folder = Folder::with_library(&msp(&few), &mgf(&few), &flags);
    let search = [
        "search",
        "lib.h5",
        "queries.mgf",
        "-o",
        "r.csv",
        "--html",
        "r.html",
    ];
    folder.run(&search).exits(0);
    let page = folder.text("r.html");
    assert_eq!(page.matches("<figure class=\"mirror\">").count(), 30);
}

#[test]
fn a_page_in_the_place_of_the_report_is_refused() {
    let few = molecules(10);
    let folder = Folder::with_library(&msp(&few), &mgf(&few), &["--dim", "64"]);
    for page in ["r.csv", "r.csv.json", "queries.mgf"] {
        let search = [
            "search",
            "lib.h5",
            "queries.mgf",
            "-o",
            "r.csv",
            "--html",
            page,
        ];
        folder.run(&search).exits(2);
    }
    assert_eq!(folder.text("queries.mgf"), mgf(&few));
}
