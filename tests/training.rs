//! Training from end to end: what is learnt, that it can be stopped and resumed, and what the rules have
//! to do with each other.

use dropout_moments::network::{
    Activation, Comparison, Configuration, Dropout, Evaluation, Mode, Normalisation, NotADataSet,
    NotAState, Optimizer, Progress, Rates, Split, Trainer,
};
use dropout_moments::settings::{DropProbability, Named, Scaling, Seed, Settings};

#[path = "golden/training.rs"]
mod golden;

const DIGITS: &[u8] = include_bytes!("../www/digits.bin");

const IDENTITY: Mode = Mode::Evaluation(Evaluation::Identity);
const MATCHING: Mode = Mode::Evaluation(Evaluation::Matching);

fn digits() -> Split {
    Split::digits(DIGITS).expect("the digits")
}

fn configuration() -> Configuration {
    let p = |p| DropProbability::new(p).expect("p < 1");
    Configuration {
        hidden: vec![24, 16],
        activation: Activation::Relu,
        normalisation: Normalisation::None,
        dropout: Dropout {
            rule: Some(Scaling::Inverted),
            inputs: p(0.1),
            hidden: p(0.3),
        },
        optimizer: Optimizer::Momentum,
        learning_rate: 0.02,
        rates: Rates::Shared,
        batch: 50,
        seed: Seed(7),
    }
}

fn trained<'a>(configuration: &Configuration, split: &'a Split, epochs: u32) -> Trainer<'a> {
    let mut trainer = Trainer::new(configuration, split);
    for _ in 0..epochs {
        trainer.train_epoch();
    }
    trainer
}

#[test]
fn the_digits_are_split_by_class() {
    let split = digits();
    let parts = [&split.training, &split.validation, &split.test];
    assert_eq!(parts.map(|part| part.len()), [1085, 357, 355]);
    assert_eq!(parts.map(|part| part.is_empty()), [false; 3]);
    for part in parts {
        for class in 0..10 {
            let count = part.iter().filter(|(_, label)| *label == class).count();
            // 174 to 183 of a class, and a fifth or three.
            let fifths = if part.len() > 1000 { 3.0 } else { 1.0 };
            let share = count as f64 / 179.7 / fifths * 5.0;
            assert!((share - 1.0).abs() < 0.06, "{count} of class {class}");
        }
    }
    // The first digit of the file is a 0 with a hole: its middle is white, its rim is not.
    let (image, label) = split.training.iter().next().unwrap();
    assert_eq!(label, 0);
    let white = image[0];
    assert_eq!(image[3 * 8 + 3], white);
    assert!(image[3] > white + 2.0);
}

#[test]
fn the_training_part_is_standardised() {
    for split in [digits(), Split::spirals(Seed(1))] {
        let values = || {
            let images = split.training.iter();
            images.flat_map(|(image, _)| image.iter().copied().map(f64::from))
        };
        let count = values().count() as f64;
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|it| (it - mean).powi(2)).sum::<f64>() / count;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-6);
    }
}

#[test]
fn other_bytes_are_no_digits() {
    assert_eq!(Split::digits(&DIGITS[1..]), Err(NotADataSet));
    let said = NotADataSet.to_string();
    assert_eq!(said, "these bytes are not the handwritten digits");
    let mut broken = DIGITS.to_vec();
    broken[41] = 10;
    assert_eq!(Split::digits(&broken), Err(NotADataSet));
    let mut broken = DIGITS.to_vec();
    broken[1] |= 0b1_0001;
    assert_eq!(Split::digits(&broken), Err(NotADataSet));
}

/// Each seed is another set of spirals; no point lies in two parts.
#[test]
fn spirals_are_of_their_seed_and_their_parts_share_no_point() {
    let split = Split::spirals(Seed(1));
    assert_eq!(split, Split::spirals(Seed(1)));
    assert_ne!(split, Split::spirals(Seed(2)));
    let points = |part: &dropout_moments::network::DataSet| {
        part.iter()
            .map(|(point, _)| point.to_vec())
            .collect::<Vec<_>>()
    };
    let [training, test] = [&split.training, &split.test].map(points);
    assert!(test.iter().all(|point| !training.contains(point)));
}

#[test]
fn a_network_learns_the_digits_with_and_without_everything() {
    let split = digits();
    for normalisation in [Normalisation::None, Normalisation::Batch] {
        for optimizer in [Optimizer::Momentum, Optimizer::Adam] {
            let configuration = Configuration {
                hidden: vec![64],
                normalisation,
                optimizer,
                learning_rate: if optimizer == Optimizer::Adam {
                    0.003
                } else {
                    0.03
                },
                ..configuration()
            };
            let trainer = trained(&configuration, &split, 15);
            let measured = trainer.measure(&split.test, IDENTITY);
            let what = (normalisation, optimizer);
            assert!(measured.accuracy > 0.94, "{what:?}: {measured:?}");
            assert!(measured.loss < 0.25, "{what:?}: {measured:?}");
            let noisy = trainer.measure(&split.training, Mode::Training);
            let quiet = trainer.measure(&split.training, IDENTITY);
            assert!(noisy.loss > quiet.loss, "{what:?}");
        }
    }
}

#[test]
fn resumed_training_is_uninterrupted_training() {
    let split = digits();
    for optimizer in [Optimizer::Momentum, Optimizer::Adam] {
        let configuration = Configuration {
            normalisation: Normalisation::Batch,
            optimizer,
            ..configuration()
        };
        let whole = trained(&configuration, &split, 4);
        let half = trained(&configuration, &split, 2).to_numbers();
        let mut resumed = Trainer::resume(&configuration, &split, &half).unwrap();
        assert_eq!(resumed.epoch(), 2);
        assert_eq!(resumed.to_numbers(), half);
        resumed.train_epoch();
        // Measuring leaves no trace.
        let _ = resumed.measure(&split.test, Mode::Training);
        resumed.train_epoch();
        assert_eq!(resumed.to_numbers(), whole.to_numbers());
        for mode in [IDENTITY, MATCHING, Mode::Training] {
            let [a, b] = [&resumed, &whole].map(|trainer| trainer.measure(&split.test, mode));
            assert_eq!(a, b);
        }
        let other = Configuration {
            hidden: vec![25, 16],
            ..configuration
        };
        for (configuration, numbers) in [(&other, &half[..]), (&other, &[][..])] {
            let resumed = Trainer::resume(configuration, &split, numbers);
            assert_eq!(resumed.err(), Some(NotAState));
            let said = NotAState.to_string();
            assert_eq!(said, "these numbers are no state of this training");
        }
    }
}

/// `maths.md`, section 5: the factor of a rule is only where the weights start and how far a step goes.
#[test]
fn with_matched_rates_the_rules_of_a_mask_train_the_same_network() {
    let split = digits();
    for optimizer in [Optimizer::Momentum, Optimizer::Adam] {
        for normalisation in [Normalisation::None, Normalisation::Batch] {
            let with = |rule, rates| {
                let configuration = configuration();
                let dropout = Dropout {
                    rule: Some(rule),
                    ..configuration.dropout
                };
                let configuration = Configuration {
                    dropout,
                    rates,
                    optimizer,
                    normalisation,
                    learning_rate: 0.002,
                    ..configuration
                };
                let trainer = trained(&configuration, &split, 3);
                [Mode::Training, MATCHING, IDENTITY]
                    .map(|mode| trainer.measure(&split.validation, mode))
            };
            let inverted = with(Scaling::Inverted, Rates::Matched);
            assert_eq!(inverted, with(Scaling::Inverted, Rates::Shared));
            for rule in [Scaling::None, Scaling::Sqrt] {
                let [training, matching, identity] = with(rule, Rates::Matched);
                for (it, expected) in [(training, &inverted[0]), (matching, &inverted[1])] {
                    let error = (it.loss / expected.loss - 1.0).abs();
                    assert!(
                        error < 1e-3,
                        "{rule:?}, {optimizer:?}, {normalisation:?}: {error}"
                    );
                }
                let error = (identity.loss / inverted[1].loss - 1.0).abs();
                assert!(
                    error > 1e-2,
                    "{rule:?} is evaluated as if nothing were amiss"
                );
                let [training, ..] = with(rule, Rates::Shared);
                let error = (training.loss / inverted[0].loss - 1.0).abs();
                // A batch normalisation takes away most of the difference.
                let has_one = normalisation == Normalisation::Batch;
                assert!(
                    has_one || error > 3e-3,
                    "{rule:?} trains alike at shared rates"
                );
            }
        }
    }
}

/// With dropout off, a batch normalisation that was estimated anew hands on what it does in training:
/// mean β and standard deviation γ, here still 0 and 1.
#[test]
fn estimating_anew_ends_the_variance_shift() {
    let split = digits();
    let configuration = Configuration {
        normalisation: Normalisation::Batch,
        learning_rate: 1e-6,
        ..configuration()
    };
    // At a rate that changes nothing, so that the running estimates are of these weights.
    let mut trainer = trained(&configuration, &split, 4);
    let second =
        |trainer: &Trainer| trainer.measure(&split.training, IDENTITY).layers[1].standard_deviation;
    let shifted = second(&trainer);
    assert!(
        shifted < 0.95,
        "the shift is gone before it is mended: {shifted}"
    );
    trainer.reestimate(Evaluation::Identity);
    let mended = second(&trainer);
    assert!((mended - 1.0).abs() < 1e-3, "{mended}");
}

/// The same seed means the same masks for all rules, and another seed other ones.
#[test]
fn seeds_decide() {
    let split = digits();
    let loss = |seed, rule| {
        let mut configuration = configuration();
        configuration.seed = Seed(seed);
        configuration.dropout.rule = rule;
        trained(&configuration, &split, 1)
            .measure(&split.validation, IDENTITY)
            .loss
    };
    let mut losses = Vec::new();
    for &(_, rule) in Scaling::NAMES {
        losses.extend([loss(1, Some(rule)), loss(2, Some(rule))]);
    }
    losses.extend([loss(1, None), loss(2, None)]);
    for (index, loss) in losses.iter().enumerate() {
        assert!(!losses[..index].contains(loss));
    }
}

/// The settings of a link.
fn read(fragment: &str) -> Settings {
    let parsed = Settings::from_fragment(fragment);
    assert_eq!(parsed.notices, []);
    parsed.settings
}

#[test]
fn a_comparison_is_that_of_its_settings() {
    let settings = read("seed=3&p=0.4&seeds=4&epochs=6");
    let comparison = Comparison::new(&settings);
    assert_eq!(comparison.settings(), &settings);
    assert_eq!((comparison.seeds(), comparison.epochs()), (4, 6));
    // Only what changes the mean of a unit has something to make good for.
    let without = [None, Some(Scaling::Inverted), Some(Scaling::Gaussian)];
    for rule in Comparison::RULES {
        assert_eq!(
            Comparison::has_factor(rule),
            !without.contains(&rule),
            "{rule:?}"
        );
    }
}

/// Each weight between two layers, and 60 for each unit: the time that is left is told by it.
#[test]
fn the_work_of_an_epoch_grows_with_the_weights_and_the_units() {
    for (hidden, neurons) in [(1, 8), (2, 32), (5, 64), (8, 128)] {
        let settings = read(&format!("hidden={hidden}&neurons={neurons}"));
        let mut layers = vec![64.0];
        layers.extend(vec![f64::from(neurons); hidden]);
        layers.push(10.0);
        let weights: f64 = layers.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let units: f64 = layers[1..=hidden].iter().sum();
        let expected = 4.5 * 1085.0 * (weights + 60.0 * units);
        let work = Comparison::new(&settings).work();
        assert!(
            (work / expected - 1.0).abs() < 1e-12,
            "{hidden} of {neurons}: {work}"
        );
    }
}

/// A pause waits for a report, so that large networks report after each epoch.
#[test]
fn large_networks_report_more_often() {
    let digits = digits();
    for (size, epochs) in [("hidden=1&neurons=8", 5), ("hidden=8&neurons=128", 1)] {
        let comparison = Comparison::new(&read(&format!("{size}&epochs=9&seed=1")));
        let progress = comparison.go_on(0, &Progress::default(), &digits);
        assert_eq!(progress.epochs.len(), epochs, "{size}");
    }
}

/// The page's comparison: in slices, by way of messages, each of them done anywhere.
#[test]
fn a_comparison_goes_on_from_its_numbers() {
    let digits = digits();
    let comparison = Comparison::new(&read("seed=7"));
    for network in [0, 2, comparison.networks() - 1] {
        let mut progress = Progress::default();
        let mut slices = 0;
        while progress.end.is_none() {
            let by_message = Progress::from_numbers(&progress.to_numbers()).unwrap();
            assert_eq!(by_message, progress);
            progress = comparison.go_on(network, &by_message, &digits);
            slices += 1;
        }
        assert!(slices > 1);
        let [first, last] = [progress.epochs.first(), progress.epochs.last()].map(Option::unwrap);
        for part in [0, 1] {
            assert!(
                last[part][1].loss < 0.7 * first[part][1].loss,
                "network {network}"
            );
            assert!(last[part][1].accuracy > first[part][1].accuracy);
        }
        assert_eq!(progress.epochs.len(), comparison.epochs());
        // There is nothing left to do.
        assert_eq!(comparison.go_on(network, &progress, &digits), progress);
        let by_message = Progress::from_numbers(&progress.to_numbers());
        assert_eq!(by_message, Some(progress));
    }
    let other = comparison.go_on(6, &Progress::default(), &digits);
    assert_ne!(other, comparison.go_on(0, &Progress::default(), &digits));
    assert!(Progress::from_numbers(&[1.0, 2.0]).is_none());
    assert!(Progress::from_numbers(&[9.0, 2.0, 13.0]).is_none());
    assert!(Progress::from_numbers(&[0.0, 4.0, 3.0, 1.0, 1.0, 1.0]).is_none());
}

/// Any configuration that the page offers, by any way there: the bits that the browser's test finds too.
#[test]
fn another_comparison_gives_the_golden_bits() {
    let digits = digits();
    let comparison = Comparison::new(&read(golden::TRAINING));
    let networks = (0..comparison.networks()).map(|number| {
        let mut progress = Progress::default();
        while progress.end.is_none() {
            progress = comparison.go_on(number, &progress, &digits);
        }
        progress
    });
    let networks: Vec<_> = networks.collect();
    assert_eq!(golden::digest(&networks), golden::TRAINED);
    let end = networks[3].end.as_ref().unwrap();
    let anew = end
        .estimated_anew
        .as_ref()
        .expect("it has batch normalisations");
    assert_ne!(anew[0], end.test[0]);
    // Where the factor is not 1, it changes something.
    assert_ne!(end.test[0], end.test[1]);
    let inverted = networks[2].end.as_ref().unwrap();
    assert_eq!(inverted.test[0], inverted.test[1]);
}

/// A network of the long run is that of the same p, rule and seed elsewhere.
#[test]
fn the_long_run_is_made_of_small_ones() {
    let settings = read("seed=3&p=0.4&hidden=1&neurons=8&epochs=1");
    let long = Comparison::long(&settings);
    assert_eq!(long.networks(), 20 * (1 + 5 * 5));
    let mut seen = Vec::new();
    for number in 0..long.networks() {
        let (elsewhere, network) = long.elsewhere(number);
        let other = Comparison::new(&elsewhere);
        let (ours, theirs) = (long.contender(number), other.contender(network));
        assert_eq!((ours.rule, ours.seed), (theirs.rule, theirs.seed));
        let p = long.probabilities()[ours.probability];
        assert_eq!(elsewhere.drop_probability, p);
        let it = (ours.rule.map(Scaling::name), ours.probability, ours.seed);
        assert!(!seen.contains(&it), "{it:?} twice");
        seen.push(it);
    }
    let digits = digits();
    let number = long.networks() - 3;
    let (elsewhere, network) = long.elsewhere(number);
    let start = Progress::default();
    assert_eq!(
        long.go_on(number, &start, &digits),
        Comparison::new(&elsewhere).go_on(network, &start, &digits)
    );
}

/// What a reader can choose is learnt with, at the edges too.
#[test]
fn every_choice_is_trained() {
    let digits = digits();
    for fragment in [
        "optimizer=momentum&rates=matched&epochs=8",
        "norm=batch&optimizer=momentum&hidden=2&epochs=8",
        "hidden=1&neurons=128&epochs=4",
        "hidden=8&neurons=8&norm=batch&epochs=20&p=0.05",
    ] {
        let comparison = Comparison::new(&read(fragment));
        for network in 1..5 {
            let mut progress = Progress::default();
            while progress.end.is_none() {
                progress = comparison.go_on(network, &progress, &digits);
            }
            let [first, last] = [&progress.epochs[0], progress.epochs.last().unwrap()];
            let [first, last] = [first, last].map(|it| it[0][2].loss);
            assert!(
                last < 0.9 * first,
                "{fragment}, {network}: {first} to {last}"
            );
        }
    }
}
