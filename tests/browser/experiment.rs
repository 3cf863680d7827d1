//! The experiment: in workers, cancelled, and without workers. Its numbers are compared with those
//! that the same core computes here, to the last bit.

use dropout_moments::sampling::{Comparison, Experiment};
use dropout_moments::settings::{SampleCount, Seed, Settings};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::golden::{FRAGMENT, RUN};
use crate::stage::Stage;

const RUN_THESE: &str = "button[data-action=run]";
const RUN_FULL: &str = "button[data-action=run-full]";
const CANCEL: &str = "button[data-action=cancel]";

/// What the first `samples` samples of a run of `of` measure; whole chunks, unless they are all.
fn measured(fragment: &str, samples: f64, of: SampleCount) -> [Comparison; 6] {
    let settings = Settings::from_fragment(fragment).settings;
    let experiment = Experiment::new(&settings, of, settings.seed.unwrap_or(Seed(0)));
    let mut estimate = experiment.estimate();
    for chunk in 0..experiment.chunks() {
        if as_f64(estimate.samples()) < samples {
            estimate.add(&experiment.run_chunk(chunk));
        }
    }
    assert!(as_f64(estimate.samples()) == samples, "not whole chunks");
    experiment.compare(&estimate)
}

fn as_f64(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 10⁸")]
    let count = count as f64;
    count
}

/// Fails unless the page shows exactly these numbers.
fn assert_shown(stage: &Stage, rows: &[Comparison]) {
    for row in rows {
        for (kind, value) in [
            ("exact", row.exact),
            ("measured", row.measured),
            ("stderr", row.standard_error),
            ("z", row.z()),
        ] {
            let quantity = format!("{kind}.{}", row.name);
            let shown = stage.value(&quantity).map(f64::to_bits);
            assert_eq!(shown, value.map(f64::to_bits), "{quantity}");
        }
    }
}

/// Fails unless the page has run the golden run.
async fn assert_golden_run(stage: &Stage) {
    stage
        .until("the run is done", || stage.experiment() == "done")
        .await;
    assert_eq!(stage.value("run.samples"), Some(300_001.0));
    for (name, value) in RUN {
        let shown = stage.value(&format!("measured.{name}"));
        assert_eq!(shown, Some(value), "{name}");
    }
    let samples = SampleCount::new(300_001).expect("it is allowed");
    assert_shown(stage, &measured(FRAGMENT, 300_001.0, samples));
}

#[wasm_bindgen_test]
async fn the_run_that_starts_by_itself_has_the_golden_bits() {
    let stage = Stage::new(FRAGMENT).await;
    assert_golden_run(&stage).await;
}

/// Counts the workers and the chunks that come from them. A worker that has answered before can be made
/// to die of its next answer.
const WATCH_WORKERS: &str = "
    globalThis.workers = 0;
    globalThis.chunks = 0;
    globalThis.dropped = 0;
    globalThis.deaths = 0;
    Worker = class extends Worker {
        answers = 0;
        constructor(url) {
            super(url);
            workers += 1;
            this.addEventListener('message', ({ data }) => {
                if (data instanceof Float64Array) {
                    chunks += 1;
                    dropped += data.length === 0;
                    this.answers += 1;
                    if (deaths > 0 && this.answers > 1) {
                        deaths -= 1;
                        this.dispatchEvent(new Event('error'));
                    }
                }
            });
        }
    };";

/// Runs five chunks, the last of which is not full, and compares what the page shows.
async fn assert_long_run(stage: &Stage) {
    stage.click(RUN_THESE);
    assert_long_run_ends(stage).await;
}

async fn assert_long_run_ends(stage: &Stage) {
    stage
        .until("all five million are drawn", || {
            stage.experiment() == "done" && stage.value("run.samples") == Some(5e6)
        })
        .await;
    let samples = SampleCount::new(5_000_000).expect("it is allowed");
    assert_shown(stage, &measured(LONG_RUN, 5e6, samples));
}

const LONG_RUN: &str = "p=0.5&mu=1&n=5000000&seed=11";

#[wasm_bindgen_test]
async fn several_workers_give_the_bits_of_one() {
    let stage = Stage::before_start(LONG_RUN).await;
    stage.run_script(WATCH_WORKERS);
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    assert_eq!(stage.run_script("chunks"), 1, "the short run is one chunk");
    assert_long_run(&stage).await;
    assert_eq!(stage.run_script("chunks"), 1 + 5, "all are from workers");
    for name in ["x.mean", "x.std", "d.mean", "d.std", "ratio.std"] {
        let z = stage.value(&format!("z.{name}"));
        assert!(z.is_some_and(|z| z.abs() < 5.0), "{name}: {z:?}");
    }
}

#[wasm_bindgen_test]
async fn jobs_of_several_chunks_give_the_bits_of_each_by_itself() {
    const CHUNKS: f64 = 29.0;
    let stage = Stage::before_start("n=30000001&seed=5&scale=gaussian").await;
    stage.run_script(WATCH_WORKERS);
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    stage.run_script("chunks = 0");
    stage.click(RUN_THESE);
    stage
        .until("all are drawn", || {
            stage.experiment() == "done" && stage.value("run.samples") == Some(30_000_001.0)
        })
        .await;
    let answers = stage.run_script("chunks").as_f64();
    assert!(
        answers.is_some_and(|answers| 0.0 < answers && answers < CHUNKS),
        "{answers:?}"
    );
    let samples = SampleCount::new(30_000_001).expect("it is allowed");
    let fragment = "seed=5&scale=gaussian";
    assert_shown(&stage, &measured(fragment, 30_000_001.0, samples));
}

#[wasm_bindgen_test]
async fn the_chunks_of_a_worker_that_dies_are_drawn_by_another() {
    let stage = Stage::before_start(LONG_RUN).await;
    stage.run_script(WATCH_WORKERS);
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    stage.run_script("deaths = 2");
    assert_long_run(&stage).await;
    assert_eq!(stage.run_script("deaths"), 0, "both have died");
}

#[wasm_bindgen_test]
async fn the_largest_run_leaves_the_page_responsive_and_can_be_cancelled() {
    const LARGEST_RUN: &str = "n=10000000000&seed=3";
    let stage = Stage::new(LARGEST_RUN).await;
    stage.until_run_is("done").await;
    stage.click(RUN_THESE);
    stage
        .until("it has begun", || stage.experiment() == "running")
        .await;
    // What was shown stays until there is something new.
    assert!(stage.value("run.samples") >= Some(1e6));
    stage
        .until("the first chunks are there", || {
            stage.value("run.samples") > Some(1e6)
        })
        .await;

    // The page goes on drawing, and its controls act, while the workers are at work.
    let mut frames = 0;
    let at_first = stage.value("run.samples");
    stage
        .until("there is progress", || {
            stage.value("run.samples") > at_first
        })
        .await;
    while stage.experiment() == "running" && frames < 5 {
        stage.frame().await;
        frames += 1;
    }
    assert_eq!(frames, 5, "the run was over before it could be watched");
    assert!(!stage.element(CANCEL).has_attribute("hidden"));

    stage.click(CANCEL);
    let mut frames = 0;
    while stage.experiment() != "cancelled" {
        stage.frame().await;
        frames += 1;
        assert!(frames <= 3, "it is still {}", stage.experiment());
    }
    assert!(stage.element(CANCEL).has_attribute("hidden"));
    let samples = stage.value("run.samples").expect("some were drawn");
    assert!((1e6..1e10).contains(&samples), "{samples}");
    let largest = SampleCount::new(10_000_000_000).expect("the limit is allowed");
    assert_shown(&stage, &measured(LARGEST_RUN, samples, largest));
    assert!(stage.text("#run-state").contains("cancelled after"));

    // What the workers still had in hand does not count any more.
    for _ in 0..30 {
        stage.frame().await;
        assert_eq!(stage.experiment(), "cancelled");
        assert_eq!(stage.value("run.samples"), Some(samples));
    }

    stage.run_script("location.hash = 'seed=3'");
    stage.until_run_is("done").await;
    let samples = SampleCount::new(1_000_000).expect("it is allowed");
    assert_shown(&stage, &measured("seed=3", 1e6, samples));
}

/// While it runs, it says how fast it is and how long it will take, and the curve fills in.
#[wasm_bindgen_test]
async fn a_run_tells_its_speed_and_what_is_left_while_its_curve_fills_in() {
    let stage = Stage::new("n=10000000000&seed=3").await;
    stage.element("#figure-convergence").scroll_into_view();
    stage.until_run_is("done").await;
    // The last place of the figure that can be read is the last estimate that is drawn.
    let places = || {
        let last = stage.input("#figure-convergence .reader").max();
        last.parse::<u32>().expect("it is a number")
    };
    let at_first = places();
    stage.click(RUN_THESE);
    stage
        .until("it says how it goes", || {
            stage.text("#run-state").contains(" left")
        })
        .await;
    let words = stage.text("#run-state");
    let parts: Vec<&str> = words.split(" · ").collect();
    let [share, rate, left] = parts[..] else {
        panic!("{words}");
    };
    let number = |text: &str, unit: &str| {
        let digits = text.strip_suffix(unit).unwrap_or_else(|| panic!("{words}"));
        digits.parse::<f64>().unwrap_or_else(|_| panic!("{words}"))
    };
    assert!((0.0..100.0).contains(&number(share, " %")), "{words}");
    assert!(number(rate, " M samples/s") > 0.0, "{words}");
    assert!(left.starts_with(|it: char| it.is_ascii_digit()), "{words}");
    let bar = stage.element("#run-progress");
    let value = |bar: &web_sys::Element| {
        let value = js_sys::Reflect::get(bar, &"value".into()).expect("it has one");
        value.as_f64().expect("it is a number")
    };
    let filled = value(&bar);
    stage
        .until("the curve and the bar have grown", || {
            places() > at_first && value(&bar) > filled
        })
        .await;
    assert_eq!(stage.experiment(), "running", "all that while it ran");
    stage.click(CANCEL);
}

/// A reader who moves a slider in the middle of a run gets the processor back at once.
#[wasm_bindgen_test]
async fn workers_drop_what_they_hold_of_a_run_that_has_ended() {
    let stage = Stage::before_start("n=10000000000&seed=3").await;
    stage.run_script(WATCH_WORKERS);
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    for end in [CANCEL, "button[data-set='p=0.5']"] {
        stage.run_script("dropped = 0");
        // Each worker gets several jobs of several chunks.
        stage.click(RUN_THESE);
        stage.click(end);
        stage
            .until("workers have dropped jobs", || {
                stage.run_script("dropped > 0") == true
            })
            .await;
    }
    stage.until_run_is("done").await;
    let samples = SampleCount::new(1_000_000).expect("it is allowed");
    assert_shown(&stage, &measured("p=0.5&seed=3", 1e6, samples));
}

#[wasm_bindgen_test]
async fn a_change_of_the_settings_ends_a_run_and_starts_the_next() {
    let stage = Stage::new("seed=3").await;
    stage.until_run_is("done").await;
    stage.click(RUN_FULL);
    stage
        .until("the full run has begun", || {
            stage.experiment() == "running" && stage.value("run.samples").is_some()
        })
        .await;
    stage.click("button[data-set='p=0.5']");
    stage.until_run_is("done").await;
    let samples = SampleCount::new(1_000_000).expect("it is allowed");
    assert_shown(&stage, &measured("p=0.5&seed=3", 1e6, samples));
}

#[wasm_bindgen_test]
async fn without_workers_the_page_itself_gives_the_same_bits() {
    let stage = Stage::before_start(FRAGMENT).await;
    stage.run_script("Worker = function () { throw new Error('there are no workers here'); }");
    stage.start_as_usual().await.expect("the page starts");
    let error = stage.until_error().await;
    assert!(error.contains("no workers here"), "{error}");
    assert_golden_run(&stage).await;

    // A long run leaves the page responsive all the same.
    stage.click(RUN_FULL);
    stage
        .until("the first chunk is there", || {
            stage.experiment() == "running" && stage.value("run.samples") > Some(300_001.0)
        })
        .await;
    stage.click(CANCEL);
    stage.until_run_is("cancelled").await;
    let samples = stage.value("run.samples").expect("some were drawn");
    assert_shown(&stage, &measured(FRAGMENT, samples, SampleCount::FORUM));
}

#[wasm_bindgen_test]
async fn workers_that_can_not_load_the_glue_are_replaced_by_the_page() {
    let stage = Stage::before_start(FRAGMENT).await;
    stage
        .start("/no-such-file.js")
        .await
        .expect("the page starts");
    assert_golden_run(&stage).await;
}

/// Fails if there were more workers than a pool holds.
fn assert_no_worker_was_replaced(stage: &Stage) {
    let enough = "0 < workers && workers <= Math.min(navigator.hardwareConcurrency, 8)";
    assert_eq!(stage.run_script(enough), true, "workers were replaced");
}

/// Makes something of what is posted to workers: `isProgram`, `isJob` or the reader's data.
fn intercept_posts(stage: &Stage, body: &str) {
    stage.run_script(WATCH_WORKERS);
    stage.run_script(&format!(
        "Worker = class extends Worker {{
            postMessage(message) {{
                const isProgram = message[0] instanceof WebAssembly.Module;
                const isJob = typeof message[0] === 'number';
                {body}
            }}
        }}"
    ));
}

#[wasm_bindgen_test]
async fn workers_that_can_not_start_the_program_are_replaced_by_the_page() {
    let stage = Stage::before_start(LONG_RUN).await;
    intercept_posts(
        &stage,
        "super.postMessage(isProgram ? [{}, null] : message);",
    );
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    assert_long_run(&stage).await;
    assert_eq!(stage.run_script("chunks"), 0, "the page has drawn them all");
    assert_no_worker_was_replaced(&stage);
}

#[wasm_bindgen_test]
async fn workers_that_take_no_jobs_are_replaced_by_the_page() {
    let stage = Stage::before_start(LONG_RUN).await;
    intercept_posts(
        &stage,
        "if (isJob) throw new Error('no jobs here');
         super.postMessage(message);",
    );
    stage.start_as_usual().await.expect("the page starts");
    let error = stage.until_error().await;
    assert!(error.contains("no jobs here"), "{error}");
    stage.until_run_is("done").await;
    assert_long_run(&stage).await;
    assert_eq!(stage.run_script("chunks"), 0, "the page has drawn them all");
    assert_no_worker_was_replaced(&stage);
}

#[wasm_bindgen_test]
async fn a_job_that_can_not_be_posted_is_drawn_by_another_worker() {
    let stage = Stage::before_start(LONG_RUN).await;
    intercept_posts(
        &stage,
        "if (globalThis.refusals > 0 && this.answers > 0 && isJob) {
             refusals -= 1;
             throw new Error('not this one');
         }
         super.postMessage(message);",
    );
    stage.start_as_usual().await.expect("the page starts");
    stage.until_run_is("done").await;
    stage.run_script("globalThis.refusals = 1");
    stage.click(RUN_THESE);
    let error = stage.until_error().await;
    assert!(error.contains("not this one"), "{error}");
    assert_long_run_ends(&stage).await;
}

#[wasm_bindgen_test]
async fn a_page_without_a_needed_element_says_which() {
    let stage = Stage::before_start("").await;
    stage.element("#run-state").remove();
    stage.start_as_usual().await.expect("the program starts");
    let error = stage.until_error().await;
    assert!(
        error.ends_with("the page has no #experiment .rate"),
        "{error}"
    );
    assert_eq!(stage.ready(), "");
}
