//! The page as one file, opened from the disk as by a double click.

use super::*;

/// A copy of the file that runs `watch.js` and this script before its own, and nothing else beside it.
pub(super) fn one_file(name: &str, script: &str) -> String {
    let file = std::env::var_os("DROPOUT_MOMENTS_FILE");
    let file = file.expect("DROPOUT_MOMENTS_FILE names the page as one file");
    let page = fs::read_to_string(file).expect("the file is there");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let path = folder.join("one.html");
    fs::write(&path, server::with_first(&page)).expect("the page can be written");
    let script = format!("{WATCH}{script}");
    fs::write(folder.join(server::FIRST), script).expect("the script can be written");
    format!("file://{}", path.display())
}

#[test]
fn one_file_runs_a_hundred_million_samples_in_workers() {
    let browser = Browser::start();
    let address = one_file("one_file_runs_a_hundred_million_samples_in_workers", "");
    browser.open(&format!("{address}#p=0.5&seed=7"));
    until_ready(&browser);
    until_run_is(&browser, "done");
    browser.run("document.querySelector('button[data-action=run-full]').click()");
    until_value_is(&browser, "run.samples", "100000000");
    assert_shown(&browser, &measured("p=0.5&seed=7", SampleCount::FORUM));
    assert_workers_have_worked(&browser);
    let asked_for = browser.run(
        "return performance.getEntriesByType('resource').map((it) => it.name)
            .filter((it) => !/^(blob|data):|before\\.js$/.test(it))",
    );
    assert_eq!(asked_for, json!([]), "everything is inside");
    assert_no_errors(&browser);
}

#[test]
fn one_file_says_that_it_has_no_digits_to_train_on() {
    let browser = Browser::start();
    browser.open(&one_file(
        "one_file_says_that_it_has_no_digits_to_train_on",
        "",
    ));
    until_ready(&browser);
    browser.run("document.querySelector('button[data-action=train]').click()");
    browser.until(
        "document.getElementById('training').textContent.includes('not in the page as one file')",
    );
    assert_no_errors(&browser);
}
