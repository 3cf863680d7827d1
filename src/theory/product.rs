//! The density of x·g for Gaussian noise g, which has no closed form.

use std::f64::consts::PI;

use super::input::{normal_density, normal_probability};

/// Normal densities further out than this many standard deviations are left out: exp(-9²/2) is
/// 3·10⁻¹⁸.
const REACH: f64 = 9.0;

/// The continuous part of x·g for g ~ N(1, v²) and x = `mean` + `sigma`·z.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Product {
    mean: f64,
    sigma: f64,
    v: f64,
    /// The range of z.
    low: f64,
    high: f64,
    /// The density of z.
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Normal,
    Uniform,
}

impl Product {
    pub(super) fn of_normal(mean: f64, sigma: f64, v: f64) -> Self {
        Self {
            mean,
            sigma,
            v,
            low: -REACH,
            high: REACH,
            shape: Shape::Normal,
        }
    }

    /// With the part of a normal above 0.
    pub(super) fn of_relu(mean: f64, sigma: f64, v: f64) -> Self {
        let low = -mean / sigma;
        // Where most of the normal is cut off, its reach is what remains of it.
        let cut = low.max(0.0);
        Self {
            low: low.max(-REACH),
            high: (cut * cut + REACH * REACH).sqrt(),
            ..Self::of_normal(mean, sigma, v)
        }
    }

    pub(super) fn of_uniform(mean: f64, sigma: f64, v: f64) -> Self {
        Self {
            mean,
            sigma,
            v,
            low: -3.0_f64.sqrt(),
            high: 3.0_f64.sqrt(),
            shape: Shape::Uniform,
        }
    }

    /// Those of x·g, if nothing were cut off from x.
    pub(super) fn mean_and_standard_deviation(&self) -> (f64, f64) {
        (
            self.mean,
            self.sigma.hypot(self.v * self.mean.hypot(self.sigma)),
        )
    }

    /// Whether the density is infinite at 0: where both x and g come near it.
    pub(super) fn is_singular(&self) -> bool {
        let zero = -self.mean / self.sigma;
        self.v * REACH > 1.0 && (self.low..=self.high).contains(&zero)
    }

    /// ∫ f(z)·φ((t-u)/(v·|u|))/(v·|u|) dz with u = `mean` + `sigma`·z, over u > 0 and over u < 0.
    pub(super) fn density(&self, t: f64) -> f64 {
        if t == 0.0 && self.is_singular() {
            return f64::INFINITY;
        }
        let density =
            |product: &Self, t| product.over_positive(t, |u, z| product.integrand(t, u, z));
        density(self, t) + density(&self.mirrored(), -t)
    }

    /// The probability that x·g ≤ `t`, as far as x is in its range.
    pub(super) fn up_to(&self, t: f64) -> f64 {
        let mirrored = self.mirrored();
        // Where x < 0, x·g ≤ t means (-x)·g ≥ -t.
        self.positive_up_to(t) + mirrored.positive() - mirrored.positive_up_to(-t)
    }

    /// P(x > 0).
    fn positive(&self) -> f64 {
        self.between(-self.mean / self.sigma, self.high)
    }

    /// P(x > 0 and x·g ≤ `t`): ∫ f(z)·Φ((t/u - 1)/v) dz over u > 0.
    fn positive_up_to(&self, t: f64) -> f64 {
        let noise = |u: f64| normal_probability((t / u - 1.0) / self.v);
        if t == 0.0 {
            return self.positive() * noise(1.0);
        }
        let reached = self.over_positive(t, |u, z| self.shape.density(z) * noise(u));
        // Of smaller u, g takes all to below a positive t and none to below a negative one.
        let near = (t / (1.0 + REACH * self.v) - self.mean) / self.sigma;
        let rest = if t > 0.0 {
            self.between(-self.mean / self.sigma, near)
        } else {
            0.0
        };
        reached + rest
    }

    /// The probability of z between two values, as far as they are in its range.
    fn between(&self, from: f64, to: f64) -> f64 {
        let (from, to) = (from.max(self.low), to.min(self.high));
        if from >= to {
            return 0.0;
        }
        match self.shape {
            Shape::Normal => normal_probability(to) - normal_probability(from),
            Shape::Uniform => (to - from) / (2.0 * 3.0_f64.sqrt()),
        }
    }

    /// The same for -x.
    fn mirrored(&self) -> Self {
        Self {
            mean: -self.mean,
            low: -self.high,
            high: -self.low,
            ..self.clone()
        }
    }

    /// ∫ of an integrand of u and z dz over the u > 0 from which g reaches `t`.
    ///
    /// Near u = 0 the integrand is smooth in ln u, elsewhere in z. So the range is cut into panels
    /// that span at most a factor 2 in u, 4 standard deviations of x, and 4 of the noise, and each
    /// gets a Gauss–Legendre rule. (One trapezoidal sum over ln u, the usual choice, converges as
    /// fast for a normal, but not for the edges of a uniform.)
    fn over_positive(&self, t: f64, integrand: impl Fn(f64, f64) -> f64) -> f64 {
        // g = t/u is within reach for u from `near` to `far`.
        let reach = REACH * self.v;
        let (near, far) = if t > 0.0 {
            let slowest = 1.0 - reach;
            let far = if slowest > 0.0 {
                t / slowest
            } else {
                f64::INFINITY
            };
            (t / (1.0 + reach), far)
        } else if reach > 1.0 {
            (-t / (reach - 1.0), f64::INFINITY)
        } else {
            return 0.0;
        };
        // Panels double: they need a start other than 0.
        let near = near.max(f64::MIN_POSITIVE);
        let lowest = self.mean + self.sigma * self.low;
        let (mut u, mut z) = if lowest > near {
            (lowest, self.low)
        } else {
            (near, (near - self.mean) / self.sigma)
        };
        let end = self.high.min((far - self.mean) / self.sigma);

        // z and u are both carried along: near 0, z has too few digits for u, and for a small σ it
        // is the other way round.
        let mut sum = 0.0;
        while z < end {
            let noise_step = 4.0 * self.v * u / t.abs();
            let step = (noise_step.min(1.0) * u / self.sigma).min(4.0).min(end - z);
            sum += gauss_legendre(step, |dz| integrand(u + self.sigma * dz, z + dz));
            z += step;
            u += self.sigma * step;
        }
        sum
    }

    fn integrand(&self, t: f64, u: f64, z: f64) -> f64 {
        let spread = self.v * u;
        let noise = (t - u) / spread;
        let density = match self.shape {
            // φ(z)·φ(noise) with one exponential.
            Shape::Normal => libm::exp(-0.5 * (z * z + noise * noise)) / (2.0 * PI),
            Shape::Uniform => normal_density(noise) / (2.0 * 3.0_f64.sqrt()),
        };
        density / spread
    }
}

impl Shape {
    /// The density of z.
    fn density(self, z: f64) -> f64 {
        match self {
            Self::Normal => normal_density(z),
            Self::Uniform => 1.0 / (2.0 * 3.0_f64.sqrt()),
        }
    }
}

/// The positive nodes on [-1, 1] of the Gauss–Legendre rule with 16 nodes, and their weights.
const GAUSS_LEGENDRE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// ∫ of `integrand` from 0 to `width`.
pub(super) fn gauss_legendre(width: f64, integrand: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * width;
    let pairs = GAUSS_LEGENDRE.iter().map(|(node, weight)| {
        let distance = half * node;
        weight * (integrand(half - distance) + integrand(half + distance))
    });
    half * pairs.sum::<f64>()
}
