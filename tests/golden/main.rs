//! The same numbers to the last bit, natively and in the browser: this file is compiled for both, and
//! compares both with one table.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod values;

use dropout_moments::network::{
    Activation, Configuration, Dropout, Evaluation, Matrix, Mode, Normalisation, Optimizer, Rates,
    Simulation, SpiralProgress, Spirals, Split, Trainer, multiply,
};
use dropout_moments::sampling::{Digest, Experiment};
use dropout_moments::settings::{
    self, Distribution, DropProbability, Named, Scaling, Seed, Settings,
};
use dropout_moments::theory::{Density, Exact, Moments};
use values::{FRAGMENT, RUN};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// The seed of the runs.
const SEED: Seed = Seed(7);

/// For each input and scaling: a digest of the theory's numbers, and one of a run's.
#[rustfmt::skip]
const DIGESTS: &[(&str, &str, u64, u64)] = &[
    ("normal", "inverted", 0x5e962bb17b4f662e, 0x81e4a6d99af74ccf),
    ("normal", "none", 0x9f7f90c14e7fdd0c, 0x0932ea33b2a883ff),
    ("normal", "sqrt", 0xb87ebc366286f7f7, 0x95f528c19939ccca),
    ("normal", "gaussian", 0xba52636f5b5ea139, 0x2cf2981d46efe7a3),
    ("normal", "alpha", 0xfaecca026b7118d7, 0xbe96ce81644f890f),
    ("relu", "inverted", 0xb3d07ea381162109, 0x1d275ea94e1af374),
    ("relu", "none", 0x235e0071799109a0, 0x0f876744c93485bf),
    ("relu", "sqrt", 0x1e83c5cf3a82455b, 0xe3d2ab863aa74bdb),
    ("relu", "gaussian", 0x357c305b8c61f0de, 0x7efb33985adb8e87),
    ("relu", "alpha", 0x22165d6dba9609bc, 0x8dd1589d70401167),
    ("uniform", "inverted", 0xb070d4c65cdfe1ac, 0x9e0bfa49aa5d26dc),
    ("uniform", "none", 0x2db6b4fdd1a53424, 0x90e5d73152f1bf72),
    ("uniform", "sqrt", 0xd86a65b1ff112e05, 0x227044a382f0a677),
    ("uniform", "gaussian", 0x715f7a2c25f173a1, 0x7330e30cb49a0780),
    ("uniform", "alpha", 0x7692e724411cfc19, 0x135f302dcf82abdf),
    ("ones", "inverted", 0x29d30731eb744645, 0x8e4e83ba7a7138c3),
    ("ones", "none", 0x0692153b26c8e458, 0x909868213a092477),
    ("ones", "sqrt", 0xc3a181171e985e66, 0x1e80ad5cc7d67135),
    ("ones", "gaussian", 0x6a0036daf049b47c, 0x8fa09a4baad86c61),
    ("ones", "alpha", 0x77e31344913c3e48, 0x2037b94bc02cb7cc),
];

/// Value stability: every rule and input, what the theory says and what a run draws.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn theory_and_experiment_have_the_same_bits_everywhere() {
    let mut actual = String::new();
    let mut expected = String::new();
    for &(input, scale, theory, run) in DIGESTS {
        expected += &line(input, scale, theory, run);
    }
    let inputs = Distribution::NAMES.iter();
    // A fragment holds no data of the reader's own.
    for (input, _) in inputs.filter(|(_, input)| *input != Distribution::Custom) {
        for (scale, _) in Scaling::NAMES {
            let settings = settings(input, scale);
            actual += &line(input, scale, theory(&settings), run(&settings));
        }
    }
    assert!(
        actual == expected,
        "the numbers are others than they were. If that is meant, and the same on all targets, the \
         table in this file becomes\n{actual}"
    );
}

/// For each activation of a deep network, under one of the rules: a digest of the theory's numbers,
/// and one of a simulation's.
#[rustfmt::skip]
const LAYERS: &[(&str, &str, u64, u64)] = &[
    ("linear", "inverted", 0x4a6852ded48cd3db, 0xc99d162e3c07adcd),
    ("relu", "none", 0x66a1ef05c30c9a16, 0x37add34cf37711cc),
    ("tanh", "sqrt", 0xf4451296e84d6ff2, 0xdd68f4210cee773e),
    ("gelu", "gaussian", 0x1fe32be5535e7d1f, 0x8c4b763c6fc3176e),
    ("selu", "alpha", 0x64a6dc76e322ee3d, 0x3d22fddb2d70e683),
];

/// Value stability: every activation, what the theory says of its layers and what a simulation sums.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn deep_networks_have_the_same_bits_everywhere() {
    let (mut actual, mut expected) = (String::new(), String::new());
    for &(activation, scale, theory, simulation) in LAYERS {
        expected += &line(activation, scale, theory, simulation);
    }
    for ((activation, _), (scale, _)) in settings::Activation::NAMES.iter().zip(Scaling::NAMES) {
        // A width that is no whole number of vectors.
        let fragment = format!("activation={activation}&scale={scale}&layers=3&width=70");
        let simulation = Simulation::new(&Settings::from_fragment(&fragment).settings, SEED);
        let [mut theory, mut sums] = [Digest::default(); 2];
        for layer in simulation.expected() {
            for mode in [layer.training, layer.evaluation] {
                theory.add([mode.variance, mode.mean, mode.second_moment]);
            }
            theory.add([layer.correlation]);
        }
        sums.add(simulation.run_part(2));
        actual += &line(activation, scale, theory.0, sums.0);
    }
    assert!(
        actual == expected,
        "the numbers are others than they were. If that is meant, and the same on all targets, the \
         table in this file becomes\n{actual}"
    );
}

/// Value stability: what the page shows of one run, as the tests in the browser compare it.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_run_with_the_default_settings_measures_the_same_everywhere() {
    let settings = Settings::from_fragment(FRAGMENT).settings;
    assert_eq!(settings.seed, Some(SEED));
    let experiment = Experiment::new(&settings, settings.samples, SEED);
    let estimate = experiment.run();
    let measured = experiment
        .compare(&estimate)
        .map(|row| (row.name, row.measured));
    assert_eq!(measured, RUN.map(|(name, value)| (name, Some(value))));
}

/// Value stability: a product of several strips and tiles.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_product_of_matrices_has_the_same_bits_everywhere() {
    let [rows, terms, columns] = [61, 700, 37];
    let mut state = 1_u32;
    let mut values = |count: usize| {
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from((state >> 16) as u16) / 32_768.0 - 1.0
        };
        std::iter::repeat_with(next).take(count).collect::<Vec<_>>()
    };
    let (a, b) = (values(rows * terms), values(terms * columns));
    let mut product = vec![0.0; rows * columns];
    let a = Matrix::new(&a, rows, terms);
    multiply(a, Matrix::new(&b, terms, columns), &mut product);
    let mut digest = Digest::default();
    digest.add(product.into_iter().map(f64::from));
    assert_eq!(digest.0, 0x88c6_b7b6_3b90_32a6, "{:#x}", digest.0);
}

/// For each rule, trained in two ways: a digest of the network and of what is measured of it.
#[rustfmt::skip]
const TRAININGS: &[(&str, u64, u64)] = &[
    ("inverted", 0x6d5991b988814210, 0xc2a1a79d011c22c3),
    ("none", 0x81d1572ac8a67716, 0x52a0bdb33a20f4a8),
    ("sqrt", 0xc02ebd549832e897, 0xa0345601fc1dde58),
    ("gaussian", 0xaff71c589c1fa969, 0x11e07c612ff868da),
    ("alpha", 0xf94a938bbc372bad, 0xc7598e5acf8c6bd8),
    ("without", 0x5574c28895987849, 0x5f942216257c316b),
];

/// Value stability: networks after two epochs, with every rule, activation function, normalisation and
/// optimizer.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn training_has_the_same_bits_everywhere() {
    let split = Split::digits(include_bytes!("../../www/digits.bin")).expect("the digits");
    let line = |name: &str, [relu, selu]: [u64; 2]| {
        format!("    (\"{name}\", 0x{relu:016x}, 0x{selu:016x}),\n")
    };
    let rules = Scaling::NAMES
        .iter()
        .map(|&(name, rule)| (name, Some(rule)));
    let actual: String = rules
        .chain([("without", None)])
        .map(|(name, rule)| {
            line(
                name,
                [Activation::Relu, Activation::Selu].map(|it| train(&split, rule, it)),
            )
        })
        .collect();
    let expected = TRAININGS
        .iter()
        .map(|&(name, relu, selu)| line(name, [relu, selu]));
    let expected: String = expected.collect();
    assert!(
        actual == expected,
        "networks are others than they were. If that is meant, and the same on all targets, the table in \
         this file becomes\n{actual}"
    );
}

/// Value stability: what a network says of the plane and of the points after a slice of its training, with
/// masks and in evaluation.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn spirals_are_learnt_with_the_same_bits_everywhere() {
    let fragments = ["p=0.3", "p=0.5&scale=gaussian", "p=0.1&scale=alpha"];
    let digests = fragments.map(|fragment| {
        let settings = Settings::from_fragment(&format!("{fragment}&seed=7")).settings;
        let learnt = Spirals::new(&settings).go_on(&SpiralProgress::default());
        let mut digest = Digest::default();
        digest.add(learnt.to_numbers());
        digest.0
    });
    let expected = [
        0x5c99_816e_db18_b8c7,
        0x79fa_8d63_4c0d_32a8,
        0x56d0_fc8e_12f6_7e11,
    ];
    assert_eq!(digests, expected, "{digests:#018x?}");
}

/// With ReLU: momentum and batch normalisation; with SELU: Adam at matched rates.
fn train(split: &Split, rule: Option<Scaling>, activation: Activation) -> u64 {
    let p = |p| DropProbability::new(p).expect("p < 1");
    let is_relu = activation == Activation::Relu;
    let configuration = Configuration {
        hidden: vec![20, 12],
        activation,
        normalisation: if is_relu {
            Normalisation::Batch
        } else {
            Normalisation::None
        },
        dropout: Dropout {
            rule,
            inputs: p(0.1),
            hidden: p(0.3),
        },
        optimizer: if is_relu {
            Optimizer::Momentum
        } else {
            Optimizer::Adam
        },
        learning_rate: if is_relu { 0.02 } else { 0.002 },
        rates: if is_relu {
            Rates::Shared
        } else {
            Rates::Matched
        },
        batch: 64,
        seed: SEED,
    };
    let mut trainer = Trainer::new(&configuration, split);
    trainer.train_epoch();
    trainer.train_epoch();
    let mut digest = Digest::default();
    digest.add(trainer.to_numbers());
    let modes = [Evaluation::Identity, Evaluation::Matching].map(Mode::Evaluation);
    for mode in modes.into_iter().chain([Mode::Training]) {
        digest.add(trainer.measure(&split.validation, mode).to_numbers());
    }
    trainer.reestimate(Evaluation::Matching);
    digest.add(trainer.to_numbers());
    let spirals = Split::spirals(SEED);
    digest.add(
        spirals
            .test
            .iter()
            .flat_map(|(point, _)| point.iter().copied().map(f64::from)),
    );
    digest.0
}

fn line(input: &str, scale: &str, theory: u64, run: u64) -> String {
    format!("    (\"{input}\", \"{scale}\", 0x{theory:016x}, 0x{run:016x}),\n")
}

/// Settings whose numbers are not round: p = 0.3, μ = 0.4, σ = 1.7, n = 300 001.
fn settings(input: &str, scale: &str) -> Settings {
    let fragment = format!("mu=0.4&sigma=1.7&n=300001&seed=7&input={input}&scale={scale}");
    Settings::from_fragment(&fragment).settings
}

/// A digest of the exact moments, the standard errors and the densities.
fn theory(settings: &Settings) -> u64 {
    let (input, p) = (&settings.input, settings.drop_probability);
    let exact = Exact::new(input, p, settings.scaling);
    let errors = exact.standard_errors(settings.samples.get());
    let mut digest = Digest::default();
    for Moments {
        mean,
        variance,
        third_central,
        fourth_central,
    } in [exact.x, exact.d]
    {
        digest.add([mean, variance, third_central, fourth_central]);
    }
    digest.add([exact.covariance, exact.d_zeros, exact.slope]);
    digest.add(exact.standard_deviation_ratio());
    digest.add([errors.x_mean, errors.x_standard_deviation, errors.d_mean]);
    digest.add([errors.d_standard_deviation, errors.zeros]);
    digest.add(errors.standard_deviation_ratio);
    for density in [
        Density::before(input),
        Density::after(input, p, settings.scaling),
    ] {
        digest.add((-16..=16).map(|step| density.at(0.37 * f64::from(step))));
        for atom in density.atoms() {
            digest.add([atom.location, atom.mass]);
        }
    }
    digest.0
}

/// A digest of all that a run of the experiment gives.
fn run(settings: &Settings) -> u64 {
    let experiment = Experiment::new(settings, settings.samples, SEED);
    let mut digest = Digest::default();
    digest.add(experiment.run_chunks(0, experiment.chunks()));
    digest.0
}
