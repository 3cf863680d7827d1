//! What the page lets others do to its readers: nothing.

use super::*;

#[test]
fn the_page_brings_its_own_policy_and_the_browser_keeps_it() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    assert_works(browser, "seed=7");
    assert_no_errors(browser);
    let policies = browser.run(
        "return [...document.querySelectorAll('meta[http-equiv=Content-Security-Policy]')].map((it) => it.content)",
    );
    let [open, narrow] = [0, 1].map(|index| text(&policies[index]));
    for policy in [&open, &narrow] {
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(!policy.contains("'unsafe-eval'"), "{policy}");
    }
    let own = format!("script-src {} 'wasm-unsafe-eval'", visit.server.address(""));
    assert!(narrow.contains(&own), "{narrow}");

    // What someone might try who has found a way to add something to the page.
    let reached = browser.measure(
        "globalThis.reached = [];
        const elsewhere = 'http://localhost:9/x.js';
        const loaded = (element, address) => new Promise((yes, no) => {
            Object.assign(element, { onload: yes, onerror: no, src: address });
            document.head.append(element);
        });
        const element = (name, text) => {
            const element = document.createElement(name);
            element.textContent = text;
            document.head.append(element);
        };
        const tries = [
            ['fetch', () => fetch(elsewhere)],
            ['a picture', () => loaded(new Image(), elsewhere)],
            ['a script of others', () => loaded(document.createElement('script'), elsewhere)],
            ['a worker of others', () => new Worker(elsewhere)],
            ['eval', () => window.eval('1')],
            ['a function of text', () => new window.Function('return 1')()],
        ];
        for (const [name, attempt] of tries) {
            await (async () => attempt())().then(() => reached.push(name), () => {});
        }
        try { element('script', 'reached.push(`an inline script`)'); } catch {}
        try {
            const button = document.createElement('button');
            button.setAttribute('onclick', 'reached.push(`a listener in an attribute`)');
            document.body.append(button);
            button.click();
        } catch {}
        try { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=reached.push(`markup`)>'); } catch {}
        element('style', 'h1 { color: rgb(1, 2, 3) }');
        const { color } = getComputedStyle(document.querySelector('h1'));
        if (color === 'rgb(1, 2, 3)') reached.push('an inline style');
        await new Promise((then) => setTimeout(then));
        return reached",
    );
    assert_eq!(reached, json!([]));
    let refused = browser.errors().join("\n");
    assert!(refused.contains("connect-src"), "{refused}");
    assert!(refused.contains("img-src"), "{refused}");
}

/// The page as a reader uses it: everything set once, a run, a figure read, the data of a figure.
fn use_everything(browser: &Browser) {
    browser.keys("#p", &[KEY_RIGHT]);
    until_p_is(browser, 0.31);
    browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
    browser.run("scrollTo(0, document.body.scrollHeight)");
    browser.click("button[data-action=draw]");
    browser.click("button[data-check]");
    browser.run("document.getElementById('data-text').value = '1 2 3 4'");
    browser.click("button[data-action=use-text]");
    browser.until("location.hash.includes('input=custom')");
    browser.click("button[data-action=run-full]");
    until_value_is(browser, "run.samples", "100000000");
}

#[test]
fn no_other_origin_is_asked_for_anything_and_nothing_is_kept() {
    let visit = Visit::new("seed=7");
    let browser = &visit.browser;
    until_run_is(browser, "done");
    use_everything(browser);
    let requests = browser.run(
        "return ['navigation', 'resource'].flatMap(type => performance.getEntriesByType(type))
            .map(entry => entry.name)",
    );
    let requests = requests.as_array().expect("the script gives a list");
    let others: Vec<_> = requests
        .iter()
        .map(text)
        .filter(|it| !it.starts_with(&visit.server.address("")) && !it.starts_with("blob:"))
        .collect();
    println!("requests: {}, to others: {}", requests.len(), others.len());
    assert!(
        requests.len() >= 6,
        "page, styles, scripts, wasm: {requests:?}"
    );
    assert_eq!(others, Vec::<String>::new());
    // Where fonts are blocked, nothing is.
    assert_eq!(browser.run("return document.fonts.size"), 0);
    let kept = browser.measure(
        "const databases = (await indexedDB.databases?.()) ?? [];
        const caches = (await globalThis.caches?.keys?.()) ?? [];
        return [document.cookie, localStorage.length, sessionStorage.length, databases.length, caches.length]",
    );
    assert_eq!(kept, json!(["", 0, 0, 0, 0]));
    assert_no_errors(browser);
}
