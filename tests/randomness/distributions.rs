//! From a statistic to its p-value: how probable a value at least as large is, if all is well.

use statrs::distribution::{ChiSquared, ContinuousCDF, Discrete, DiscreteCDF, Poisson};

/// Φ(x), the distribution function of N(0, 1); Φ(-x) is its complement, without cancellation.
pub(crate) fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// P(|Z| ≥ |z|) of Z ~ N(0, 1).
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// P(χ² ≥ statistic) with so many degrees of freedom; NaN where there are none.
pub(crate) fn chi_square(statistic: f64, degrees_of_freedom: f64) -> f64 {
    ChiSquared::new(degrees_of_freedom).map_or(f64::NAN, |law| law.sf(statistic))
}

/// The two-sided p-value of a count whose law is Poisson: twice the smaller tail.
///
/// Of the count's own probability, half belongs to either tail (the mid-p of Lancaster 1961), so that
/// the count in the middle is not taken for one that is too right. A small p-value is at most twice as
/// probable as it says.
pub(crate) fn poisson_two_sided(count: u64, mean: f64) -> f64 {
    Poisson::new(mean).map_or(f64::NAN, |law| {
        let fewer = count.checked_sub(1).map_or(0.0, |below| law.cdf(below));
        let more = law.sf(count);
        2.0 * fewer.min(more) + law.pmf(count)
    })
}

/// P(√n·D ≥ statistic) of the Kolmogorov–Smirnov statistic D of n values.
///
/// Kolmogorov's limit law (1933), 2 Σ (-1)^(k-1) e^(-2k²λ²), and for small λ, where that converges
/// slowly, the same function as a theta series. λ is √n·D with the correction of Vrbik (2018,
/// "Small-sample corrections to Kolmogorov–Smirnov test statistic"), which leaves an error below
/// 0.02/n from n = 10 on, in the tail to the safe side. Here n is 64, or millions, where there is
/// nothing to correct.
pub(crate) fn kolmogorov_smirnov(statistic: f64, n: f64) -> f64 {
    let lambda = statistic + 1.0 / (6.0 * n.sqrt()) + (statistic - 1.0) / (4.0 * n);
    if lambda < 1.0 {
        let exponent = std::f64::consts::PI.powi(2) / (8.0 * lambda * lambda);
        let series: f64 = [1.0, 3.0, 5.0, 7.0]
            .into_iter()
            .map(|odd: f64| (-odd * odd * exponent).exp())
            .sum();
        1.0 - (2.0 * std::f64::consts::PI).sqrt() / lambda * series
    } else {
        let term = |k: f64| (-2.0 * k * k * lambda * lambda).exp();
        2.0 * (term(1.0) - term(2.0) + term(3.0) - term(4.0))
    }
}

/// P(A² ≥ statistic) of the Anderson–Darling statistic of many values.
///
/// The series of Anderson and Darling (1952) as Marsaglia and Marsaglia sum it (2004, "Evaluating
/// the Anderson–Darling distribution", Journal of Statistical Software 9(2), functions `ADinf` and
/// `ADf`). It gives the probability *below* to 10⁻¹² or so, which leaves little of a small tail. So
/// beyond 10 the tail's leading term takes over (Zolotarev 1961): A² is Σ Z_j²/(j(j+1)), and
/// P(A² ≥ z) → Π_{j≥2} (1 - 2/(j(j+1)))^(-1/2) · P(Z²/2 ≥ z) = √3·erfc(√z), at 10 within 4 % of the
/// series, and nearer the further out.
pub(crate) fn anderson_darling(statistic: f64) -> f64 {
    if statistic > 10.0 {
        return 3_f64.sqrt() * libm::erfc(statistic.sqrt());
    }
    if statistic < 0.01 {
        // Below this, the probability of less is 5·10⁻⁵³.
        return if statistic.is_nan() { f64::NAN } else { 1.0 };
    }
    let mut factor = 1.0 / statistic;
    let mut below = factor * anderson_darling_term(statistic, 0.0);
    for j in (1..100).map(f64::from) {
        factor *= (0.5 - j) / j;
        let next = below + (4.0 * j + 1.0) * factor * anderson_darling_term(statistic, j);
        if next.total_cmp(&below).is_eq() {
            break;
        }
        below = next;
    }
    1.0 - below
}

/// f_j(z) of Marsaglia and Marsaglia (2004), by their recursion.
fn anderson_darling_term(z: f64, j: f64) -> f64 {
    use std::f64::consts::{PI, SQRT_2};
    let t = (4.0 * j + 1.0).powi(2) * PI * PI / (8.0 * z);
    if t > 150.0 {
        return 0.0;
    }
    let mut a = PI / SQRT_2 * (-t).exp() / t.sqrt();
    let mut b = 2.0 * (PI / 2.0).powf(1.5) * libm::erfc(t.sqrt());
    let mut power = z / 8.0;
    let mut sum = a + b * power;
    for i in (1..200).map(f64::from) {
        let c = ((i - 0.5 - t) * b + t * a) / i;
        (a, b) = (b, c);
        power *= z / (8.0 * i + 8.0);
        let next = sum + c * power;
        if next.total_cmp(&sum).is_eq() {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn assert_close(actual: f64, expected: f64, tolerance: f64) {
        assert!(
            (actual - expected).abs() <= tolerance,
            "{actual} is not {expected}"
        );
    }

    /// Anderson–Darling: the characteristic function of Σ Z_j²/(j(j+1)), inverted numerically (Imhof
    /// 1961). Kolmogorov–Smirnov: the exact law of Marsaglia, Tsang and Wang (2003,
    /// "Evaluating Kolmogorov's distribution"), and for many values Smirnov's table (1948).
    #[test]
    fn p_values_are_those_of_the_tables() {
        for (statistic, p) in [(1.933, 0.1), (2.492, 0.05), (3.878, 0.01)] {
            assert_close(anderson_darling(statistic), p, 5e-5);
        }
        for (lambda, n, p) in [
            (0.8665, 10.0, 0.371_471),
            (1.36, 10.0, 0.033_901),
            (0.5, 64.0, 0.950_545),
            (1.0, 64.0, 0.248_522),
            (1.63, 64.0, 0.008_319),
        ] {
            assert_close(kolmogorov_smirnov(lambda, n), p, 0.02 / n);
        }
        for (statistic, p) in [(0.8276, 0.5), (1.2238, 0.1), (1.3581, 0.05), (1.6276, 0.01)] {
            assert_close(kolmogorov_smirnov(statistic, 1e12), p, 5e-5);
        }
        for (statistic, degrees, p) in [(3.841_459, 1.0, 0.05), (1131.159, 1023.0, 0.01)] {
            assert_close(chi_square(statistic, degrees), p, 1e-5);
        }
        assert_close(normal_two_sided(-1.959_964), 0.05, 1e-7);
        assert_close(normal_below(-6.0), 9.865_876e-10, 1e-15);
        // e⁻³, and 2·(1 - e⁻³·(1 + 3 + 9/2 + 27/6 + 81/24 + 243/120)) + e⁻³·243/120.
        assert_close(poisson_two_sided(0, 3.0), 0.049_787, 1e-6);
        assert_close(poisson_two_sided(5, 3.0), 0.268_654, 1e-6);
    }

    /// The two series of Kolmogorov's law, and the series and the tail of Anderson and Darling's, meet.
    #[test]
    fn branches_meet() {
        let step = 1e-9;
        assert_close(
            kolmogorov_smirnov(1.0 - step, 1e18),
            kolmogorov_smirnov(1.0 + step, 1e18),
            1e-8,
        );
        let ratio = anderson_darling(10.0) / anderson_darling(10.0 + step);
        assert_close(ratio, 1.0, 0.04);
    }

    /// The mean and the variance of A² are 1 and 2(π² - 9)/3 (Anderson and Darling 1954), from
    /// ∫ P(A² ≥ z) dz and ∫ 2z·P(A² ≥ z) dz by the midpoint rule.
    #[test]
    fn the_moments_of_anderson_and_darling_are_right() {
        let width = 1e-3;
        let (mut mean, mut square) = (0.0, 0.0);
        for step in 0..30_000 {
            let z = (f64::from(step) + 0.5) * width;
            let p = anderson_darling(z);
            mean += p * width;
            square += 2.0 * z * p * width;
        }
        assert_close(mean, 1.0, 1e-5);
        let variance = 2.0 * (std::f64::consts::PI.powi(2) - 9.0) / 3.0;
        assert_close(square - mean * mean, variance, 1e-4);
    }
}
