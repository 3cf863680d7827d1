//! The distribution of an activation: a density and atoms.

use std::sync::Arc;

use super::input::{Law, normal_density, normal_probability};
use super::product::Product;
use super::rule::Rule;
use super::steps::Steps;
use crate::settings::{DropProbability, Input, Scaling};

/// A value that has a probability of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Atom {
    /// The value.
    pub location: f64,
    /// Its probability: more than 0, at most 1.
    pub mass: f64,
}

/// The distribution of one activation: a continuous part, and atoms.
///
/// What a mask keeps, s·x + b, has the density q/s·f((t-b)/s), where f is that of x; what it drops
/// is an atom of mass p. So the continuous part integrates to
/// [`continuous_mass`](Self::continuous_mass), not to 1. After Gaussian dropout it is an integral,
/// see [`at`](Self::at).
///
/// ```
/// use dropout_moments::settings::{DropProbability, Input, Scaling};
/// use dropout_moments::theory::{Atom, Density};
///
/// let p = DropProbability::new(0.5)?;
/// let d = Density::after(&Input::default(), p, Scaling::Inverted);
/// assert_eq!(d.atoms(), [Atom { location: 0.0, mass: 0.5 }]);
/// assert_eq!(d.continuous_mass(), 0.5);
/// // Units that are kept are N(0, 2²).
/// assert!((d.at(0.0) - 0.099_735_570_100).abs() < 1e-12);
/// # Ok::<(), dropout_moments::settings::NotAllowed>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    continuous: Continuous,
    continuous_mass: f64,
    /// In the order of their locations, which differ.
    atoms: Vec<Atom>,
    breakpoints: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
enum Continuous {
    Nothing,
    /// `weight` times a normal density, where t ≥ `from`.
    Normal {
        mean: f64,
        standard_deviation: f64,
        weight: f64,
        from: f64,
    },
    Uniform {
        from: f64,
        to: f64,
        height: f64,
    },
    Product(Product),
    Steps(Steps),
}

impl Density {
    /// The distribution of x.
    #[must_use]
    pub fn before(input: &Input) -> Self {
        Self::kept(Law::new(input), 1.0, 1.0, 0.0)
    }

    /// The distribution of d.
    #[must_use]
    pub fn after(input: &Input, p: DropProbability, scaling: Scaling) -> Self {
        let law = Law::new(input);
        match Rule::new(scaling, p) {
            Rule::Mask {
                scale,
                offset,
                dropped,
            } => {
                let mut density = Self::kept(law, p.keep(), scale, offset);
                density.add_atom(dropped, p.get());
                density
            }
            Rule::Gaussian {
                noise_standard_deviation,
            } if noise_standard_deviation > 0.0 => Self::noisy(law, noise_standard_deviation),
            Rule::Gaussian { .. } => Self::before(input),
        }
    }

    /// The density of the continuous part at `t`. Where it jumps, the higher value.
    ///
    /// After Gaussian dropout it is ∫ f(u)·φ((t-u)/(v·|u|))/(v·|u|) du over the density f of x,
    /// which grows like ln(1/|t|) at t = 0 if x comes near 0: there the value is infinite.
    ///
    /// # Precision
    /// Relative errors below 10⁻¹⁴, and z²·10⁻¹⁶ at z standard deviations of a normal. After Gaussian
    /// dropout, measured against brute force: below 10⁻¹² of the value or 10⁻¹⁴/σ_d, whichever is
    /// more; for v or σ/|μ| below 10⁻³, 10⁻¹⁵ of its reciprocal.
    #[must_use]
    pub fn at(&self, t: f64) -> f64 {
        match &self.continuous {
            Continuous::Nothing => 0.0,
            Continuous::Normal {
                mean,
                standard_deviation,
                weight,
                from,
            } => {
                if t >= *from {
                    weight * normal_density((t - mean) / standard_deviation) / standard_deviation
                } else {
                    0.0
                }
            }
            Continuous::Uniform { from, to, height } => {
                if (*from..=*to).contains(&t) {
                    *height
                } else {
                    0.0
                }
            }
            Continuous::Product(product) => product.density(t),
            Continuous::Steps(steps) => steps.density(t),
        }
    }

    /// The probability of values up to `t`, atoms at `t` included.
    ///
    /// # Precision
    /// Errors below 10⁻¹³, after Gaussian dropout too.
    #[must_use]
    pub fn up_to(&self, t: f64) -> f64 {
        let atoms = self.atoms.iter().filter(|atom| atom.location <= t);
        let continuous = match &self.continuous {
            Continuous::Nothing => 0.0,
            Continuous::Normal {
                mean,
                standard_deviation,
                weight,
                from,
            } => {
                let below = |t: f64| normal_probability((t - mean) / standard_deviation);
                weight * (below(t) - below(*from)).max(0.0)
            }
            Continuous::Uniform { from, to, height } => height * (t.max(*from).min(*to) - from),
            Continuous::Product(product) => product.up_to(t),
            Continuous::Steps(steps) => steps.up_to(t),
        };
        atoms.map(|atom| atom.mass).sum::<f64>() + continuous
    }

    /// The atoms, from left to right: at most two.
    #[must_use]
    pub fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// The probability of the continuous part: 1 less the atoms.
    #[must_use]
    pub fn continuous_mass(&self) -> f64 {
        self.continuous_mass
    }

    /// Where the density jumps, from left to right: the edges of a uniform and of a histogram's bins,
    /// the 0 of a ReLU.
    #[must_use]
    pub fn breakpoints(&self) -> &[f64] {
        &self.breakpoints
    }

    /// The mean and the standard deviation of the one hump that the continuous part has, as far as nothing
    /// cuts it off; `None` where it has none, or its edges say where it is, as
    /// [`breakpoints`](Self::breakpoints).
    ///
    /// ```
    /// use dropout_moments::settings::{DropProbability, Settings};
    /// use dropout_moments::theory::Density;
    ///
    /// let input = Settings::from_fragment("mu=3&sigma=0.5").settings.input;
    /// assert_eq!(Density::before(&input).hump(), Some((3.0, 0.5)));
    /// ```
    #[must_use]
    pub fn hump(&self) -> Option<(f64, f64)> {
        match &self.continuous {
            Continuous::Normal {
                mean,
                standard_deviation,
                ..
            } => Some((*mean, *standard_deviation)),
            Continuous::Product(product) => Some(product.mean_and_standard_deviation()),
            _ => None,
        }
    }

    /// Where the density is infinite, although its integral is not.
    #[must_use]
    pub fn singularity(&self) -> Option<f64> {
        match &self.continuous {
            Continuous::Product(product) if product.is_singular() => Some(0.0),
            _ => None,
        }
    }

    /// The probability of exactly 0.
    pub(super) fn mass_at_zero(&self) -> f64 {
        let at_zero = self.atoms.iter().find(|atom| atom.location == 0.0);
        at_zero.map_or(0.0, |atom| atom.mass)
    }

    /// `keep` times the distribution of `scale`·x + `offset`.
    fn kept(law: Law<'_>, keep: f64, scale: f64, offset: f64) -> Self {
        let image = |x: f64| scale * x + offset;
        let mut density = Self::nothing();
        match law {
            Law::Constant(value) => density.add_atom(image(value), keep),
            Law::Data(data) => {
                density.add_atom(image(0.0), keep * data.zeros);
                density.add_steps(Steps {
                    data: Arc::clone(data),
                    keep,
                    scale,
                    offset,
                    v: 0.0,
                });
            }
            Law::Normal {
                mean,
                standard_deviation,
            } => {
                density.continuous_mass = keep;
                density.continuous = Continuous::Normal {
                    mean: image(mean),
                    standard_deviation: scale * standard_deviation,
                    weight: keep,
                    from: f64::NEG_INFINITY,
                };
            }
            Law::Relu {
                mean,
                standard_deviation,
            } => {
                let alpha = mean / standard_deviation;
                density.continuous_mass = keep * normal_probability(alpha);
                density.continuous = Continuous::Normal {
                    mean: image(mean),
                    standard_deviation: scale * standard_deviation,
                    weight: keep,
                    from: image(0.0),
                };
                density.breakpoints.push(image(0.0));
                density.add_atom(image(0.0), keep * normal_probability(-alpha));
            }
            Law::Uniform {
                mean,
                standard_deviation,
            } => {
                let half_width = 3.0_f64.sqrt() * standard_deviation;
                let (from, to) = (image(mean - half_width), image(mean + half_width));
                density.continuous_mass = keep;
                density.continuous = Continuous::Uniform {
                    from,
                    to,
                    height: keep / (2.0 * scale * half_width),
                };
                density.breakpoints.extend([from, to]);
            }
        }
        density
    }

    /// The distribution of x·g for g ~ N(1, v²), v > 0.
    fn noisy(law: Law<'_>, v: f64) -> Self {
        let mut density = Self::nothing();
        match law {
            Law::Constant(0.0) => density.add_atom(0.0, 1.0),
            Law::Data(data) => {
                density.add_atom(0.0, data.zeros);
                density.add_steps(Steps {
                    data: Arc::clone(data),
                    keep: 1.0,
                    scale: 1.0,
                    offset: 0.0,
                    v,
                });
            }
            Law::Constant(value) => {
                density.continuous_mass = 1.0;
                density.continuous = Continuous::Normal {
                    mean: value,
                    standard_deviation: v * value.abs(),
                    weight: 1.0,
                    from: f64::NEG_INFINITY,
                };
            }
            Law::Normal {
                mean,
                standard_deviation,
            } => {
                density.continuous_mass = 1.0;
                density.continuous =
                    Continuous::Product(Product::of_normal(mean, standard_deviation, v));
            }
            Law::Relu {
                mean,
                standard_deviation,
            } => {
                let alpha = mean / standard_deviation;
                density.continuous_mass = normal_probability(alpha);
                density.continuous =
                    Continuous::Product(Product::of_relu(mean, standard_deviation, v));
                density.add_atom(0.0, normal_probability(-alpha));
            }
            Law::Uniform {
                mean,
                standard_deviation,
            } => {
                density.continuous_mass = 1.0;
                density.continuous =
                    Continuous::Product(Product::of_uniform(mean, standard_deviation, v));
            }
        }
        density
    }

    fn nothing() -> Self {
        Self {
            continuous: Continuous::Nothing,
            continuous_mass: 0.0,
            atoms: Vec::new(),
            breakpoints: Vec::new(),
        }
    }

    fn add_steps(&mut self, steps: Steps) {
        self.continuous_mass = steps.keep * (1.0 - steps.data.zeros);
        self.breakpoints = steps.edges();
        self.continuous = Continuous::Steps(steps);
    }

    /// Adds an atom, or its mass to one that is there already.
    fn add_atom(&mut self, location: f64, mass: f64) {
        let coincides =
            |atom: &&mut Atom| (atom.location - location).abs() <= 1e-14 * location.abs();
        if let Some(atom) = self.atoms.iter_mut().find(coincides) {
            atom.mass += mass;
        } else if mass > 0.0 {
            let below = |atom: &Atom| atom.location < location;
            let index = self.atoms.partition_point(below);
            self.atoms.insert(index, Atom { location, mass });
        }
    }
}
