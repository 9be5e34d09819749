#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// ct_t of one run.
struct TokenTrace {
  std::string model;
  std::string run;  ///< id of the prompt
  std::string finding;
  std::string ct_id;                ///< definition of ct_t
  std::vector<double> ct;           ///< one a step; not finite where undefined
  std::vector<std::string> tokens;  ///< text of the token at the newest state of the step, as many
  std::vector<double> positions;    ///< of those tokens, as many, ascending
  std::optional<double> mean;
  std::size_t labelled_peaks = 12;  ///< the highest local maxima get their token's text
};

/// A token as people should see it: white space visible, control characters replaced.
std::string visible_token(const std::string& token);

/// ct_t over the tokens, the highest peaks tied to the text of their tokens under the axis.
std::string token_trace_figure(const TokenTrace& trace);

}  // namespace phasescope::report
