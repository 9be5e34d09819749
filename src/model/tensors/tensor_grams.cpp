#include "tensor_grams.h"

#include "tensor_device.h"

#include <optional>

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace phasescope::model::tensors {

using states::GramMatrices;

/// One point's products in host memory, and its states on the device.
class TensorGrams::View : public GramMatrices {
 public:
  View(const PassRows& pass, const GramPlan& plan, c10::Device device)
      : pass_(pass), plan_(plan), device_(device) {
    if (device.is_cpu()) return;
    fetches_ = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device, false);
  }

  void show(const at::Tensor& all_products, const at::Tensor& newest, const at::Tensor& previous) {
    products_ = all_products;
    newest_ = newest;
    previous_ = previous;
  }

  std::int64_t rows(std::size_t segment) const override { return plan_.gram(segment).rows; }
  Products gram(std::size_t segment) const override { return products(plan_.gram(segment)); }
  Products with_previous(std::size_t segment) const override {
    return products(plan_.with_previous(segment));
  }
  std::optional<Products> between(std::size_t a, std::size_t b) const override {
    const std::optional<GramPlace> place = plan_.between(a, b);
    return place ? std::optional<Products>(products(*place)) : std::nullopt;
  }
  Counts nonfinite(std::size_t segment) const override {
    const GramPlace place = plan_.counts(segment);
    return {data() + place.offset, place.columns};
  }
  Rows bring(std::size_t segment) const override { return brought(newest_, segment); }
  Rows bring_previous(std::size_t segment) const override { return brought(previous_, segment); }

 private:
  const double* data() const { return products_.data_ptr<double>(); }
  Products products(const GramPlace& place) const {
    return {data() + place.offset, place.rows, place.columns, Eigen::OuterStride<>(place.stride)};
  }

  /// The states are there, since what was made of them has arrived. A stream of its own, so that the copy
  /// does not wait for the blocks that are enqueued.
  Rows brought(const at::Tensor& states, std::size_t segment) const {
    const std::int64_t count = rows(segment);
    Rows copy(count, states.size(1));
    on_device(device_, [&] {
      c10::OptionalStreamGuard on_fetches;
      if (fetches_) on_fetches.reset_stream(*fetches_);
      at::from_blob(copy.data(), {count, states.size(1)}, at::kFloat)
          .copy_(states.narrow(0, pass_.sequences[segment].first_row, count));
    });
    return copy;
  }

  const PassRows& pass_;
  const GramPlan& plan_;
  c10::Device device_;
  std::optional<c10::Stream> fetches_;
  at::Tensor products_, newest_, previous_;
};

TensorGrams::TensorGrams(const PassRows& pass, c10::Device device, std::int64_t ahead)
    : pass_(pass),
      device_(device),
      plan_(pass, device),
      outlet_(device, at::kDouble),
      states_(static_cast<std::size_t>(ahead) + 3),
      view_(std::make_unique<View>(pass, plan_, device)) {
  outlet_.begin(1, plan_.doubles(), ahead);
}

TensorGrams::~TensorGrams() = default;

void TensorGrams::send(std::int64_t point, const at::Tensor& newest) {
  GramRows counts;
  GramRows here = plan_.rows_of(newest, counts);
  const at::Tensor products = plan_.products(here, counts, point > 0 ? rows(point - 1) : GramRows());
  outlet_.send(point, products.unsqueeze(0));
  rows(point) = std::move(here);
  states(point) = newest;
}

const GramMatrices& TensorGrams::show(std::int64_t place, const at::Tensor& newest,
                                      const at::Tensor& previous) {
  view_->show(outlet_.receive(place), newest, previous);
  return *view_;
}

const GramMatrices& TensorGrams::receive(std::int64_t point) {
  return show(point, states(point), point > 0 ? states(point - 1) : at::Tensor());
}

const GramMatrices& TensorGrams::receive_normed(std::int64_t last_point, const at::Tensor& normed) {
  GramRows counts;
  const GramRows here = plan_.rows_of(normed, counts);
  const at::Tensor products =
      plan_.products(here, counts, last_point > 0 ? rows(last_point - 1) : GramRows());
  outlet_.send(last_point + 1, products.unsqueeze(0));
  return show(last_point + 1, normed, last_point > 0 ? states(last_point - 1) : at::Tensor());
}

}  // namespace phasescope::model::tensors
