//! The network that learns two spirals, and what its figure shows.
#![cfg(not(target_arch = "wasm32"))]

use dropout_moments::charts::mask_at;
use dropout_moments::network::{SpiralProgress, Spirals};
use dropout_moments::scene::{Learnt, Measured, Readable as _, Scene, Sections, SpiralsFigure};
use dropout_moments::settings::Settings;

fn settings(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    parsed.settings
}

fn learnt(settings: &Settings) -> SpiralProgress {
    let mut progress = SpiralProgress::default();
    while !progress.is_done() {
        progress = Spirals::new(settings).go_on(&progress);
    }
    progress
}

fn figure(settings: &Settings, progress: &SpiralProgress) -> (SpiralsFigure, String) {
    let spirals = Some(Learnt {
        spirals: Spirals::new(settings),
        progress,
    });
    let measured = Measured {
        spirals,
        ..Measured::default()
    };
    let scene = Scene::of(settings, measured, Sections::ALL);
    let sentence = scene.sentences.iter().find(|(name, _)| *name == "spirals");
    let words = sentence.expect("it has one").1.clone();
    (scene.spirals.expect("a whole scene has it"), words)
}

/// The shares in the table, in per cent, by the names of their rows.
fn right(figure: &SpiralsFigure, row: &str) -> f64 {
    let table = figure.table();
    let cells = table.rows().find(|cells| cells[0] == row).expect(row);
    cells[1].trim_end_matches(" %").parse().expect("a number")
}

#[test]
fn it_goes_on_from_its_numbers_and_learns() {
    let settings = settings("p=0.3&seed=7");
    let spirals = Spirals::new(&settings);
    let mut progress = SpiralProgress::default();
    let mut slices = Vec::new();
    while !progress.is_done() {
        progress = spirals.go_on(&progress);
        let by_message = SpiralProgress::from_numbers(&progress.to_numbers());
        assert_eq!(by_message.as_ref(), Some(&progress));
        slices.push(figure(&settings, &progress).0);
    }
    assert_eq!(slices.len() * Spirals::SLICE, Spirals::EPOCHS);
    assert_eq!(progress, learnt(&settings));
    // There is nothing left to do.
    assert_eq!(spirals.go_on(&progress), progress);
    let [first, .., last] = &slices[..] else {
        panic!("there are several slices");
    };
    let evaluation = "evaluation, as it is";
    assert!(right(first, evaluation) < 95.0);
    assert!(right(last, evaluation) > 97.0);
    // Once there is nothing left to train, a message has what the network says, and no state.
    let points = Spirals::SIDE * Spirals::SIDE + spirals.points().test.len();
    assert_eq!(
        progress.to_numbers().len(),
        2 + (2 + Spirals::MASKS) * points
    );
    for numbers in [&[][..], &[1.0, 2.0], &[20.0, 1e300]] {
        assert_eq!(SpiralProgress::from_numbers(numbers), None);
    }
}

/// Evaluation decides better than any single mask, and so does the mean of the masks.
#[test]
fn evaluation_is_the_mean_of_masks_that_differ() {
    for rule in ["inverted", "none", "sqrt", "gaussian"] {
        let settings = settings(&format!("p=0.5&seed=3&scale={rule}"));
        let (figure, words) = figure(&settings, &learnt(&settings));
        println!("{rule}: {words}");
        let masks = (1..=Spirals::MASKS).map(|number| right(&figure, &format!("mask {number}")));
        let masks: Vec<_> = masks.collect();
        let most = masks.iter().copied().fold(0.0, f64::max);
        let least = masks.iter().copied().fold(100.0, f64::min);
        assert!(most - least > 5.0, "{rule}: {least} to {most}");
        let mean = masks.iter().sum::<f64>() / 12.0;
        assert!(right(&figure, "mean over the masks") > mean + 2.0, "{rule}");
        assert!(
            right(&figure, "evaluation, as it is") > mean + 2.0,
            "{rule}"
        );
        let has_factor = !["inverted", "gaussian"].contains(&rule);
        assert_eq!(figure.matching.is_some(), has_factor, "{rule}");
    }
}

/// The last column of the table is the root mean square of what each network says of the test points.
#[test]
fn the_table_has_the_size_of_what_decides() {
    let settings = settings("p=0.5&seed=3&scale=none");
    let progress = Spirals::new(&settings).go_on(&SpiralProgress::default());
    let (figure, _) = figure(&settings, &progress);
    let table = figure.table();
    for (number, said) in (1..).zip(&progress.test[2..]) {
        let squares: f64 = said.iter().map(|it| f64::from(*it).powi(2)).sum();
        let expected = (squares / said.len() as f64).sqrt();
        let name = format!("mask {number}");
        let row = table
            .rows()
            .find(|row| row[0] == name)
            .expect("it is there");
        let shown: f64 = row[3].parse().expect("a number");
        assert!(
            (shown / expected - 1.0).abs() < 5e-3,
            "{name}: {shown}, not {expected}"
        );
    }
}

#[test]
fn without_dropout_all_masks_are_one() {
    let settings = settings("p=0&seed=7");
    let (figure, _) = figure(&settings, &learnt(&settings));
    assert_eq!(figure.matching, None);
    for mask in &figure.masks {
        assert_eq!(*mask, figure.evaluation);
    }
}

/// What is said of the sizes, by their definitions.
fn sizes(progress: &SpiralProgress) -> String {
    let [evaluation, _, masks @ ..] = &progress.test[..] else {
        panic!("there are two evaluations, and the masks");
    };
    let points = 0..evaluation.len();
    let mean: Vec<f32> = points
        .map(|point| masks.iter().map(|mask| mask[point]).sum::<f32>() / masks.len() as f32)
        .collect();
    let size = |values: &mut dyn Iterator<Item = f32>| {
        let squares: Vec<f64> = values.map(|value| f64::from(value).powi(2)).collect();
        (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
    };
    let gaps = masks.iter().flat_map(|mask| mask.iter().zip(&mean));
    let spread = size(&mut gaps.map(|(value, mean)| value - mean));
    let [evaluation, mean] = [evaluation, &mean].map(|it| size(&mut it.iter().copied()));
    let two_digits = |size: f64| {
        let decimals = match size {
            10.0.. => 0,
            1.0.. => 1,
            _ => 2,
        };
        format!("{size:.decimals$}")
    };
    format!(
        "{} in size in evaluation and {} on average over the masks, around which they spread with a \
         std of {}.",
        two_digits(evaluation),
        two_digits(mean),
        two_digits(spread)
    )
}

#[test]
fn the_reader_goes_through_the_masks() {
    let settings = settings("p=0.5&seed=7");
    let progress = learnt(&settings);
    let (mut figure, words) = figure(&settings, &progress);
    assert_eq!(figure.summary(), words);
    assert!(words.ends_with(&sizes(&progress)), "{words}");
    let places = figure.places();
    assert_eq!(places.len(), Spirals::MASKS);
    // All of them in a row, over the whole width.
    assert_eq!(Spirals::MASKS, 12);
    for (x, mask) in [(0.0, 0.5), (25.0, 1.0), (300.0, 6.5), (575.0, 12.0)] {
        assert_eq!(mask_at(&figure, x, 600), mask);
    }
    assert_eq!(mask_at(&figure, 0.0, 0), 0.5);
    figure.point_at(Some(places[2]));
    let cursor = figure.cursor().expect("it is there");
    assert!(cursor.label.starts_with("mask 3: "), "{}", cursor.label);
    assert!(
        cursor.words.contains("as evaluation decides"),
        "{}",
        cursor.words
    );
    let table = figure.table();
    // The masks, their mean, and evaluation, where the factor is 1.
    assert_eq!(table.rows().len(), Spirals::MASKS + 2);
    let share = |cell: &str| -> f64 { cell.trim_end_matches(" %").parse().expect("a number") };
    let (masks, whole): (Vec<_>, Vec<_>) =
        table.rows().partition(|row| row[0].starts_with("mask "));
    for row in masks {
        assert!((50.0..100.0).contains(&share(&row[2])), "{row:?}");
    }
    let [mean, evaluation] = whole[..] else {
        panic!("there are two of them: {whole:?}");
    };
    assert!(share(&mean[1]) > 90.0 && share(&mean[2]) > 90.0, "{mean:?}");
    assert_eq!(evaluation[2], "100 %");
    figure.point_at(None);
    assert_eq!(figure.cursor(), None);
}

#[test]
fn before_it_has_learnt_there_are_points_and_no_boundary() {
    let scene = Scene::new(&settings("seed=7"), None);
    let figure = scene.spirals.expect("a whole scene has it");
    assert_eq!(figure.points.len(), 120);
    assert_eq!(figure.points.iter().filter(|it| it.1).count(), 60);
    assert!(figure.masks.is_empty() && figure.evaluation.rings.is_empty());
    assert!(figure.places().is_empty());
    assert_eq!(figure.table().rows().len(), 0);
}
