#pragma once

namespace phasescope {

/// From now on SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 are remembered, and announced on stderr, instead of
/// ending the process: whoever works in units asks between them. A second SIGINT ends the process at once,
/// unless it comes within 0.1 s of the first: then it is the same request, sent to the process and to its
/// group. A signal that was ignored when the process began stays ignored.
void catch_interrupts();

/// Whether such a signal has come.
bool interrupt_requested();

/// Errors: interrupted, naming the signal, when one has come.
void stop_if_interrupted();

}  // namespace phasescope
