#include "shuffle_draws.h"

#include "matched_flow.h"

#include <limits>

#include "phasescope/stats/random.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::MatrixXi;
using Eigen::VectorXd;

using Order = std::vector<std::size_t>;

Order random_order(const MatchOptions& options, const std::string& purpose, Index count, Index draw) {
  stats::RandomStream stream(stats::stream_key(options.seed, purpose, static_cast<std::uint64_t>(draw)));
  return stats::random_permutation(static_cast<std::size_t>(count), stream);
}

/// |u~| of every point with the rows of all U permuted alike.
std::vector<MatrixXd> shuffled_magnitudes(const FieldStatistics& field, const TokenFourier& fourier,
                                          const Order& order) {
  std::vector<MatrixXd> magnitudes;
  for (const MatrixXd& left : field.left)
    magnitudes.push_back(fourier.half_magnitudes(left(order, Eigen::all)));
  return magnitudes;
}

MatrixXd spins(const TokenFourier& fourier, const std::vector<MatrixXd>& magnitudes) {
  MatrixXd spin(static_cast<Index>(magnitudes.size()), magnitudes.front().cols());
  for (Index l = 0; l < spin.rows(); ++l)
    spin.row(l) = mode_momenta(fourier, magnitudes[static_cast<std::size_t>(l)]).spin.transpose();
  return spin;
}

/// The density of the whole field's power, mean over points, out of its kept modes: sum over modes of sigma^2
/// |u~|^2.
VectorXd field_spectrum(const FieldStatistics& field, const std::vector<MatrixXd>& magnitudes) {
  VectorXd sum = VectorXd::Zero(magnitudes.front().rows());
  for (Index l = 0; l < field.points(); ++l) {
    const Eigen::ArrayXd power = field.singular_values.row(l).transpose().array().square();
    if (!(power.sum() > 0)) continue;
    const MatrixXd& magnitude = magnitudes[static_cast<std::size_t>(l)];
    sum += magnitude.array().square().matrix() * (power / power.sum()).matrix();
  }
  sum *= static_cast<double>(field.tokens) / static_cast<double>(field.points());
  return spectrum_on_grid(sum, field.tokens);
}

/// Singular values and right vectors do not change when tokens change places, so matches stay.
void shuffle_tokens(const FieldStatistics& field, const MatrixXi& chain, const MatchedModes& modes,
                    const std::string& name, const MatchOptions& options, ShuffleDraws& draws) {
  const auto count = static_cast<Index>(options.shuffle_tokens_draws);
  const auto fourier = token_fourier(field.tokens);
  draws.spin.resize(count, chain.cols());
  draws.field_spectrum.resize(kSpectrumPoints, count);
  for (Index draw = 0; draw < count; ++draw) {
    const Order order = random_order(options, "shuffle-tokens " + name, field.tokens, draw);
    const std::vector<MatrixXd> magnitudes = shuffled_magnitudes(field, *fourier, order);
    draws.spin.row(draw) = mean_along(chain, modes, spins(*fourier, magnitudes)).transpose().cast<float>();
    draws.spectrum.push_back(matched_spectrum(magnitudes, field.tokens, chain, modes).cast<float>());
    draws.field_spectrum.col(draw) = field_spectrum(field, magnitudes).cast<float>();
  }
}

float or_nan(const std::optional<double>& value) {
  return value ? static_cast<float>(*value) : std::numeric_limits<float>::quiet_NaN();
}

void record(MatrixXf& table, Index draw, const OptionalNumbers& values) {
  for (Index i = 0; i < table.cols(); ++i) table(draw, i) = or_nan(values[static_cast<std::size_t>(i)]);
}

/// The amplitudes of every match in the order in which `order` visits its points.
MatchedModes reordered(const MatchedModes& modes, const Order& order) {
  MatchedModes shuffled;
  shuffled.first = modes.first;
  shuffled.last = modes.last;
  shuffled.log_amplitude = MatrixXd::Zero(modes.log_amplitude.rows(), modes.log_amplitude.cols());
  for (Index i = 0; i < modes.log_amplitude.cols(); ++i) {
    Index next = modes.first(i);
    for (const std::size_t place : order) {
      const auto point = static_cast<Index>(place);
      if (point >= modes.first(i) && point <= modes.last(i))
        shuffled.log_amplitude(next++, i) = modes.log_amplitude(point, i);
    }
  }
  return shuffled;
}

void shuffle_layers(const MatchedModes& modes, const std::string& name, const MatchOptions& options,
                    ShuffleDraws& draws) {
  const auto count = static_cast<Index>(options.shuffle_layers_draws);
  for (MatrixXf* table : {&draws.growth_rate, &draws.bare_mass, &draws.renormalized_mass,
                          &draws.wavefunction_z, &draws.anomalous_dimension, &draws.fixed_point})
    table->resize(count, modes.log_amplitude.cols());
  draws.beta.resize(count);
  for (Index draw = 0; draw < count; ++draw) {
    MatchedModes shuffled =
        reordered(modes, random_order(options, "shuffle-layers " + name, modes.log_amplitude.rows(), draw));
    estimate_flow(shuffled, options);
    record(draws.growth_rate, draw, shuffled.growth_rate);
    record(draws.bare_mass, draw, shuffled.bare_mass);
    record(draws.renormalized_mass, draw, shuffled.renormalized_mass);
    record(draws.wavefunction_z, draw, shuffled.wavefunction_z);
    record(draws.anomalous_dimension, draw, shuffled.anomalous_dimension);
    record(draws.fixed_point, draw, shuffled.fixed_point);
    draws.beta(draw) = or_nan(shuffled.beta);
  }
}

}  // namespace

VectorXd mean_along(const MatrixXi& chain, const MatchedModes& modes, const MatrixXd& values) {
  VectorXd sum = VectorXd::Zero(chain.cols());
  for (Index i = 0; i < chain.cols(); ++i) {
    for (Index l = modes.first(i); l <= modes.last(i); ++l) sum(i) += values(l, chain(l, i));
  }
  return sum.array() / ((modes.last - modes.first).array() + 1).cast<double>();
}

MatrixXd matched_spectrum(const std::vector<MatrixXd>& half_magnitudes, Index tokens, const MatrixXi& chain,
                          const MatchedModes& modes) {
  MatrixXd power = MatrixXd::Zero(half_magnitudes.front().rows(), chain.cols());
  for (Index i = 0; i < chain.cols(); ++i) {
    for (Index l = modes.first(i); l <= modes.last(i); ++l)
      power.col(i).array() += half_magnitudes[static_cast<std::size_t>(l)].col(chain(l, i)).array().square();
    power.col(i) *= static_cast<double>(tokens) / static_cast<double>(modes.last(i) - modes.first(i) + 1);
  }
  MatrixXd spectrum(kSpectrumPoints, chain.cols());
  for (Index i = 0; i < chain.cols(); ++i) spectrum.col(i) = spectrum_on_grid(power.col(i), tokens);
  return spectrum;
}

ShuffleDraws shuffle_draws(const FieldStatistics& field, const MatrixXi& chain, const MatchedModes& modes,
                           const std::string& name, const MatchOptions& options) {
  ShuffleDraws draws;
  if (options.shuffle_tokens_draws > 0) shuffle_tokens(field, chain, modes, name, options, draws);
  if (options.shuffle_layers_draws > 0) shuffle_layers(modes, name, options, draws);
  return draws;
}

}  // namespace phasescope::intelliton
