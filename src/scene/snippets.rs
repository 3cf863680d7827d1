//! The settings as a program for the reader's own framework: it draws the same experiment, and prints
//! the five numbers that the page shows.
//!
//! Each is a template. In it `$n`, `$s` and `$p` stand for the samples, the seed and p; `$x` for the
//! draws, `$1` and `$2` for two numbers in the place of the reader's data; `$d` and `$k` for the
//! probabilities to drop and to keep, `$D` and `$K` for the same as factors, and `$w` for the one of
//! them that is called p.

use super::format::significant;
use crate::settings::{
    Distribution, Named as _, Notation, SampleCount, Scaling, Settings, shortest,
};
use crate::theory::Exact;

/// A framework or a language, and its templates.
#[derive(Debug)]
pub struct Framework {
    /// How it is called in the page's code and in tests.
    pub id: &'static str,
    /// How readers know it.
    pub name: &'static str,
    comment: &'static str,
    /// As a number of the kind that p is.
    one: &'static str,
    /// How many bits of the seed its generator takes.
    seed_bits: u32,
    plus: &'static str,
    times: &'static str,
    start: &'static str,
    /// Standard normal draws.
    normal: &'static str,
    /// Uniform draws of mean 0 and variance 1.
    uniform: &'static str,
    /// Around what enters a ReLU.
    relu: [&'static str; 2],
    ones: &'static str,
    /// Makes x of the draws.
    input: &'static str,
    /// Makes x of the reader's data.
    own: &'static str,
    /// Makes d of x. What stands above `--` goes to the start.
    none: &'static str,
    inverted: &'static str,
    sqrt: &'static str,
    gaussian: &'static str,
    alpha: &'static str,
    end: &'static str,
}

impl Framework {
    /// The program. Where a run has more samples than the thread's, it draws as many as that: such a
    /// program keeps all of them in memory.
    ///
    /// ```
    /// use dropout_moments::scene::FRAMEWORKS;
    /// use dropout_moments::settings::Settings;
    ///
    /// let settings = Settings::from_fragment("p=0.25&notation=keep").settings;
    /// let code = FRAMEWORKS[0].code(&settings);
    /// assert!(code.contains("p = 1000000, 0.75  # p is the probability to keep"), "{code}");
    /// assert!(code.contains("d = torch.nn.Dropout(p=1 - p)(x)"), "{code}");
    /// ```
    #[must_use]
    pub fn code(&self, settings: &Settings) -> String {
        let (p, notation) = (settings.drop_probability, settings.notation);
        let exact = Exact::new(&settings.input, p, settings.scaling);
        let other = format!("{} - p", self.one);
        let factor = format!("({other})");
        let [drop, keep] = match notation {
            Notation::Drop => [["p"; 2], [other.as_str(), &factor]],
            Notation::Keep => [[other.as_str(), &factor], ["p"; 2]],
        };
        let samples = settings.samples.min(SampleCount::FORUM).get();
        let seed = settings.seed.map_or(0, |seed| seed.0) & (u64::MAX >> (64 - self.seed_bits));
        let mut values = self.values(settings, &exact, drop, keep);
        values.extend([
            ('n', samples.to_string()),
            ('s', seed.to_string()),
            ('p', float(p.shown(notation))),
            ('w', notation.name().to_owned()),
        ]);

        let (imports, rule) = self.rule(settings);
        let mut code = String::new();
        for template in [
            imports,
            self.start,
            self.input(settings),
            rule,
            "\n",
            self.end,
        ] {
            fill(template, &values, &mut code);
        }
        let numbers = [
            Some(exact.x.mean),
            Some(exact.x.standard_deviation()),
            Some(exact.d.mean),
            Some(exact.d.standard_deviation()),
            exact.standard_deviation_ratio(),
        ];
        let numbers = numbers.map(|number| number.map_or("none".to_owned(), plain));
        code += &format!("{} exact: {}\n", self.comment, numbers.join(", "));
        code
    }

    /// What stands for the names in the lines that make x and d.
    fn values(
        &self,
        settings: &Settings,
        exact: &Exact,
        drop: [&str; 2],
        keep: [&str; 2],
    ) -> Vec<(char, String)> {
        let (mean, std) = (exact.x.mean, exact.x.standard_deviation());
        vec![
            ('d', drop[0].to_owned()),
            ('D', drop[1].to_owned()),
            ('k', keep[0].to_owned()),
            ('K', keep[1].to_owned()),
            ('x', self.draws(settings)),
            ('1', float(mean - std)),
            ('2', float(mean + std)),
        ]
    }

    fn input(&self, settings: &Settings) -> &'static str {
        match settings.input.distribution {
            Distribution::Custom => self.own,
            _ => self.input,
        }
    }

    /// What a rule imports, and how it makes d.
    fn rule(&self, settings: &Settings) -> (&'static str, &'static str) {
        let rule = match settings.scaling {
            Scaling::None => self.none,
            Scaling::Inverted => self.inverted,
            Scaling::Sqrt => self.sqrt,
            Scaling::Gaussian => self.gaussian,
            Scaling::Alpha => self.alpha,
        };
        rule.split_once("--\n").unwrap_or(("", rule))
    }

    /// The draws of x, which are as long as they have to be.
    fn draws(&self, settings: &Settings) -> String {
        let input = &settings.input;
        let (mean, std) = (input.mean.get(), input.standard_deviation.get());
        let scaled = |draws: &str| match (mean, std) {
            (0.0, 1.0) => draws.to_owned(),
            _ => [
                float(mean).as_str(),
                self.plus,
                &float(std),
                self.times,
                draws,
            ]
            .concat(),
        };
        match input.distribution {
            Distribution::Normal | Distribution::Custom => scaled(self.normal),
            Distribution::Relu => [self.relu[0], &scaled(self.normal), self.relu[1]].concat(),
            Distribution::Uniform => scaled(self.uniform),
            Distribution::Ones => self.ones.to_owned(),
        }
    }
}

/// The lines of NumPy that make x, and d of it, where the probability to keep is called `keep`.
pub(super) fn lines_of_numpy(settings: &Settings, exact: &Exact) -> [String; 2] {
    let values = NUMPY.values(settings, exact, ["1 - keep", "(1 - keep)"], ["keep"; 2]);
    [NUMPY.input(settings), NUMPY.rule(settings).1].map(|template| {
        let mut lines = String::new();
        fill(template.trim_end(), &values, &mut lines);
        lines
    })
}

/// Appends a template with its values.
fn fill(template: &str, values: &[(char, String)], code: &mut String) {
    let mut pieces = template.split('$');
    code.extend(pieces.next());
    for piece in pieces {
        let mut rest = piece.chars();
        let name = rest.next();
        let value = values.iter().find(|(it, _)| Some(*it) == name);
        code.extend(value.map(|(_, value)| value.as_str()));
        code.push_str(rest.as_str());
    }
}

/// A number that every language takes for one with a fraction.
fn float(number: f64) -> String {
    let mut text = shortest(number);
    if !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    text
}

/// A number with six digits, and with a minus sign that programs read.
fn plain(number: f64) -> String {
    significant(number, 6).replace('−', "-")
}

const NUMPY_END: &str = "\
for name, value in {
    \"x mean\": x.mean(), \"x std\": x.std(ddof=1),
    \"d mean\": d.mean(), \"d std\": d.std(ddof=1),
    \"std ratio\": d.std(ddof=1) / x.std(ddof=1),
}.items():
    print(f\"{name:9} {value:.6g}\")
";

const PYTORCH: Framework = Framework {
    id: "pytorch",
    name: "PyTorch",
    comment: "#",
    one: "1",
    seed_bits: 64,
    plus: " + ",
    times: " * ",
    start: "\
import torch

n, p = $n, $p  # p is the probability to $w
torch.manual_seed($s)
",
    normal: "torch.randn(n)",
    uniform: "12**0.5 * (torch.rand(n) - 0.5)",
    relu: ["torch.relu(", ")"],
    ones: "torch.ones(n)",
    input: "x = $x\n",
    own: "\
data = torch.tensor([$1, $2])  # with your data's mean and std: put them here
x = data[torch.randint(len(data), (n,))]
",
    none: "d = torch.nn.Dropout(p=$d)(x) * $K  # it always rescales: undone\n",
    inverted: "d = torch.nn.Dropout(p=$d)(x)\n",
    sqrt: "d = torch.nn.Dropout(p=$d)(x) * $K**0.5\n",
    gaussian: "d = x * (1 + ($D / $K)**0.5 * torch.randn_like(x))  # there is no module for it\n",
    alpha: "d = torch.nn.AlphaDropout(p=$d)(x)\n",
    end: "\
for name, value in {
    \"x mean\": x.mean(), \"x std\": x.std(),
    \"d mean\": d.mean(), \"d std\": d.std(),
    \"std ratio\": d.std() / x.std(),
}.items():
    print(f\"{name:9} {value:.6g}\")
",
};

const NUMPY: Framework = Framework {
    id: "numpy",
    name: "NumPy",
    start: "\
import numpy as np

n, p = $n, $p  # p is the probability to $w
rng = np.random.default_rng($s)
",
    normal: "rng.standard_normal(n)",
    uniform: "12**0.5 * (rng.random(n) - 0.5)",
    relu: ["np.maximum(0, ", ")"],
    ones: "np.ones(n)",
    own: "\
data = np.array([$1, $2])  # with your data's mean and std: put them here
x = rng.choice(data, n)
",
    none: "d = x * (rng.random(n) < $k)\n",
    inverted: "d = x * (rng.random(n) < $k) / $K\n",
    sqrt: "d = x * (rng.random(n) < $k) / $K**0.5\n",
    gaussian: "d = x * rng.normal(1, ($D / $K)**0.5, n)\n",
    alpha: "\
s = -1.7580993408473768  # where SELU ends
m = np.where(rng.random(n) < $k, x, s)
d = (m - $D * s) / ($K * (1 + $D * s**2))**0.5
",
    end: NUMPY_END,
    ..PYTORCH
};

/// What the page can write the settings in.
pub const FRAMEWORKS: [Framework; 9] = [
    PYTORCH,
    Framework {
        id: "thread",
        name: "PyTorch, as in the thread",
        none: "\
mask = torch.bernoulli(torch.full_like(x, $k))
d = x * mask
",
        inverted: "\
mask = torch.bernoulli(torch.full_like(x, $k)) / $K
d = x * mask
",
        sqrt: "\
mask = torch.bernoulli(torch.full_like(x, $k)) / $K**0.5
d = x * mask
",
        gaussian: "\
mask = 1 + ($D / $K)**0.5 * torch.randn_like(x)
d = x * mask
",
        alpha: "\
s = -1.7580993408473768  # where SELU ends
mask = torch.bernoulli(torch.full_like(x, $k))
d = (mask * x + (1 - mask) * s - $D * s) / ($K * (1 + $D * s**2))**0.5
",
        ..PYTORCH
    },
    Framework {
        id: "fastai",
        name: "fastai",
        none: "\
from fastai.text.models.awdlstm import dropout_mask
--
d = x * dropout_mask(x, x.shape, p=$d) * $K
",
        inverted: "\
from fastai.text.models.awdlstm import dropout_mask
--
d = x * dropout_mask(x, x.shape, p=$d)
",
        sqrt: "\
from fastai.text.models.awdlstm import dropout_mask
--
d = x * dropout_mask(x, x.shape, p=$d) * $K**0.5
",
        gaussian: "d = x * (1 + ($D / $K)**0.5 * torch.randn_like(x))  # there is no layer for it\n",
        alpha: "d = torch.nn.AlphaDropout(p=$d)(x)  # PyTorch's own\n",
        ..PYTORCH
    },
    Framework {
        id: "keras",
        name: "Keras 3",
        seed_bits: 32,
        start: "\
import keras

n, p = $n, $p  # p is the probability to $w
keras.utils.set_random_seed($s)
",
        normal: "keras.random.normal((n,))",
        uniform: "12**0.5 * (keras.random.uniform((n,)) - 0.5)",
        relu: ["keras.ops.relu(", ")"],
        ones: "keras.ops.ones((n,))",
        own: "\
data = keras.ops.array([$1, $2])  # with your data's mean and std: put them here
x = keras.ops.take(data, keras.random.randint((n,), 0, len(data)))
",
        none: "d = keras.layers.Dropout(rate=$d)(x, training=True) * $K  # it always rescales: undone\n",
        inverted: "d = keras.layers.Dropout(rate=$d)(x, training=True)\n",
        sqrt: "d = keras.layers.Dropout(rate=$d)(x, training=True) * $K**0.5\n",
        gaussian: "d = keras.layers.GaussianDropout(rate=$d)(x, training=True)\n",
        alpha: "d = keras.layers.AlphaDropout(rate=$d)(x, training=True)\n",
        end: "\
x, d = keras.ops.convert_to_numpy(x), keras.ops.convert_to_numpy(d)
for name, value in {
    \"x mean\": x.mean(), \"x std\": x.std(ddof=1),
    \"d mean\": d.mean(), \"d std\": d.std(ddof=1),
    \"std ratio\": d.std(ddof=1) / x.std(ddof=1),
}.items():
    print(f\"{name:9} {value:.6g}\")
",
        ..PYTORCH
    },
    Framework {
        id: "jax",
        name: "JAX and Flax",
        seed_bits: 32,
        start: "\
import jax
from flax import nnx

jax.config.update(\"jax_enable_x64\", True)
n, p = $n, $p  # p is the probability to $w
rngs = nnx.Rngs($s)
",
        normal: "jax.random.normal(rngs(), (n,))",
        uniform: "12**0.5 * (jax.random.uniform(rngs(), (n,)) - 0.5)",
        relu: ["nnx.relu(", ")"],
        ones: "jax.numpy.ones(n)",
        own: "\
data = jax.numpy.array([$1, $2])  # with your data's mean and std: put them here
x = jax.random.choice(rngs(), data, (n,))
",
        none: "d = nnx.Dropout(rate=$d, rngs=rngs)(x) * $K  # it always rescales: undone\n",
        inverted: "d = nnx.Dropout(rate=$d, rngs=rngs)(x)\n",
        sqrt: "d = nnx.Dropout(rate=$d, rngs=rngs)(x) * $K**0.5\n",
        gaussian: "d = x * (1 + ($D / $K)**0.5 * jax.random.normal(rngs(), (n,)))\n",
        alpha: "\
s = -1.7580993408473768  # where SELU ends
m = jax.numpy.where(jax.random.bernoulli(rngs(), $k, (n,)), x, s)
d = (m - $D * s) / ($K * (1 + $D * s**2))**0.5
",
        end: NUMPY_END,
        ..PYTORCH
    },
    NUMPY,
    Framework {
        id: "julia",
        name: "Julia",
        plus: " .+ ",
        times: " .* ",
        start: "\
using Printf, Random, Statistics

n, p = $n, $p  # p is the probability to $w
rng = Xoshiro($s)
",
        normal: "randn(rng, n)",
        uniform: "sqrt(12) .* (rand(rng, n) .- 0.5)",
        relu: ["max.(0, ", ")"],
        ones: "ones(n)",
        own: "\
data = [$1, $2]  # with your data's mean and std: put them here
x = rand(rng, data, n)
",
        none: "d = x .* (rand(rng, n) .< $k)\n",
        inverted: "d = x .* (rand(rng, n) .< $k) ./ $K\n",
        sqrt: "d = x .* (rand(rng, n) .< $k) ./ sqrt($k)\n",
        gaussian: "d = x .* (1 .+ sqrt($D / $K) .* randn(rng, n))\n",
        alpha: "\
s = -1.7580993408473768  # where SELU ends
m = ifelse.(rand(rng, n) .< $k, x, s)
d = (m .- $D * s) ./ sqrt($K * (1 + $D * s^2))
",
        end: "\
for (name, value) in [
    (\"x mean\", mean(x)), (\"x std\", std(x)),
    (\"d mean\", mean(d)), (\"d std\", std(d)),
    (\"std ratio\", std(d) / std(x)),
]
    @printf(\"%-9s %.6g\\n\", name, value)
end
",
        ..PYTORCH
    },
    Framework {
        id: "r",
        name: "R",
        seed_bits: 31,
        start: "\
n <- $n
p <- $p  # the probability to $w
set.seed($s)
",
        normal: "rnorm(n)",
        uniform: "sqrt(12) * (runif(n) - 0.5)",
        relu: ["pmax(0, ", ")"],
        ones: "rep(1, n)",
        input: "x <- $x\n",
        own: "\
data <- c($1, $2)  # with your data's mean and std: put them here
x <- sample(data, n, replace = TRUE)
",
        none: "d <- x * rbinom(n, 1, $k)\n",
        inverted: "d <- x * rbinom(n, 1, $k) / $K\n",
        sqrt: "d <- x * rbinom(n, 1, $k) / sqrt($k)\n",
        gaussian: "d <- x * rnorm(n, 1, sqrt($D / $K))\n",
        alpha: "\
s <- -1.7580993408473768  # where SELU ends
m <- ifelse(runif(n) < $k, x, s)
d <- (m - $D * s) / sqrt($K * (1 + $D * s^2))
",
        end: "\
value <- c(
  \"x mean\" = mean(x), \"x std\" = sd(x),
  \"d mean\" = mean(d), \"d std\" = sd(d),
  \"std ratio\" = sd(d) / sd(x)
)
cat(sprintf(\"%-9s %.6g\\n\", names(value), value), sep = \"\")
",
        ..PYTORCH
    },
    Framework {
        id: "rust",
        name: "Rust",
        comment: "//",
        one: "1.0",
        start: "\
// cargo add rand@0.10 rand_distr@0.6
use rand::{RngExt, SeedableRng, rngs::StdRng};

fn mean(v: &[f64]) -> f64 {
    v.iter().sum::<f64>() / v.len() as f64
}

fn std(v: &[f64]) -> f64 {
    let m = mean(v);
    (v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (v.len() - 1) as f64).sqrt()
}

fn main() {
    let (n, p) = ($n, $p_f64); // p is the probability to $w
    let mut rng = StdRng::seed_from_u64($s);
",
        normal: "rng.sample::<f64, _>(rand_distr::StandardNormal)",
        uniform: "12_f64.sqrt() * (rng.random::<f64>() - 0.5)",
        relu: ["f64::max(0.0, ", ")"],
        ones: "1.0",
        input: "    let x: Vec<f64> = (0..n).map(|_| $x).collect();\n",
        own: "    let data = [$1, $2]; // with your data's mean and std: put them here
    let x: Vec<f64> = (0..n).map(|_| data[rng.random_range(0..data.len())]).collect();
",
        none: "    let drop = |x| if rng.random_bool($k) { x } else { 0.0 };\n",
        inverted: "    let drop = |x| if rng.random_bool($k) { x / $K } else { 0.0 };\n",
        sqrt: "    let drop = |x| if rng.random_bool($k) { x / $K.sqrt() } else { 0.0 };\n",
        gaussian: "    let noise = rand_distr::Normal::new(1.0, ($D / $K).sqrt()).unwrap();
    let drop = |x| x * rng.sample(noise);
",
        alpha: "    let s = -1.7580993408473768; // where SELU ends
    let a = 1.0 / ($K * (1.0 + $D * s * s)).sqrt();
    let drop = |x| a * (if rng.random_bool($k) { x } else { s } - $D * s);
",
        end: "    let d: Vec<f64> = x.iter().copied().map(drop).collect();
    for (name, value) in [
        (\"x mean\", mean(&x)),
        (\"x std\", std(&x)),
        (\"d mean\", mean(&d)),
        (\"d std\", std(&d)),
        (\"std ratio\", std(&d) / std(&x)),
    ] {
        println!(\"{name:9} {value}\");
    }
}
",
        ..PYTORCH
    },
];
