#!/usr/bin/env python3
"""The PyTorch side of benchmarks/Gpu: the same training step and the same attention as public implementations write them.

A padded batch, relative attention bias by embedding look-ups, an N x N mask, SiLU, matrix products; losses over the padded grid with a
mask; Adam. In F32 without TF32, what Lanner computes in. Prints and adds to a file the lines that
GpuResults.java describes.
"""

import argparse
import math
import random
import statistics
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    sys.exit(f"peer.py: {error}: this Python has no PyTorch; choose another one with run --python")

# Off by default, but some installations turn it on.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False

HOUR = 3600
DAY = 24 * HOUR
BOUNDARIES = (HOUR, DAY, 7 * DAY, 30 * DAY)
ITEMS = 3706
WIDTH = 64
DROPOUT = 0.2
NEGATIVES = 128
TEMPERATURE = 0.05
RATING_WEIGHT = 0.1
LEARNING_RATE = 1e-3
SHORTEST, LONGEST = 18, 900

# As GpuSizes.java has them.
FULL = dict(sequences=128, length=200, attention=(200, 1024, 4096), rows=16384, users=6040, block=16)
QUICK = dict(sequences=4, length=40, attention=(40, 70), rows=80, users=16, block=1)


def lengths(count):
    """The lengths of histories before they are cut, as Workload.java has them."""
    return [round(SHORTEST * (LONGEST / SHORTEST) ** ((i + 0.5) / count)) for i in range(count)]


def padded_batch(events, length, draw):
    """Items, actions, times, targets and ratings, [B, L]; padding is 0 and lies behind the events."""
    shape = (len(events), length)
    batch = {name: torch.zeros(shape, dtype=torch.int64) for name in ("items", "actions", "times", "targets")}
    batch["ratings"] = torch.zeros(shape)
    for row, count in enumerate(min(n, length) for n in events):
        batch["items"][row, :count] = torch.randint(1, ITEMS + 1, (count,), generator=draw)
        batch["targets"][row, :count] = torch.randint(1, ITEMS + 1, (count,), generator=draw)
        batch["actions"][row, :count] = torch.randint(1, 4, (count,), generator=draw)
        batch["ratings"][row, :count] = torch.randint(1, 6, (count,), generator=draw).float()
        pauses = torch.randint(0, 120, (count,), generator=draw)
        long = torch.randint(0, 20, (count,), generator=draw) == 0
        pauses = torch.where(long, torch.randint(0, 3_000_000, (count,), generator=draw), pauses)
        batch["times"][row, :count] = 978_300_000 + pauses.cumsum(0)
    return batch


class Pairs:
    """What attention needs of each pair of a query and a key: indices into the tables, [L, L] and [B, 1, L, L], and the mask."""

    def __init__(self, times, events):
        length = times.shape[1]
        position = torch.arange(length, device=times.device)
        self.positions = position[:, None] - position[None, :] + length - 1
        boundaries = torch.tensor(BOUNDARIES, device=times.device)
        distances = (times[:, :, None] - times[:, None, :]).abs()
        self.buckets = torch.bucketize(distances, boundaries, right=True)[:, None]
        self.mask = ((position[:, None] >= position[None, :]) & events[:, None, :])[:, None].float()


class RelativeBias(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.position = nn.Embedding(2 * length - 1, 1)
        self.time = nn.Embedding(len(BOUNDARIES) + 1, 1)
        nn.init.zeros_(self.position.weight)
        nn.init.zeros_(self.time.weight)

    def forward(self, pairs):
        return self.position(pairs.positions).squeeze(-1) + self.time(pairs.buckets).squeeze(-1)


def attend(q, k, v, bias, mask, heads):
    """q, k and v [B, L, D]; what is summed is divided by the constant L."""
    batch, length, width = q.shape
    q, k, v = (x.view(batch, length, heads, width // heads).transpose(1, 2) for x in (q, k, v))
    weights = F.silu(q @ k.transpose(-1, -2) + bias) * mask
    return (weights @ v / length).transpose(1, 2).reshape(batch, length, width)


class Block(nn.Module):
    def __init__(self, heads, length):
        super().__init__()
        self.heads = heads
        self.input = nn.Linear(WIDTH, 4 * WIDTH)
        self.bias = RelativeBias(length)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x, pairs):
        k, q, v, u = F.silu(self.input(x)).chunk(4, dim=-1)
        attended = attend(q, k, v, self.bias(pairs), pairs.mask, self.heads)
        return F.dropout(self.output(self.norm(attended) * u), DROPOUT, self.training) + x


class Model(nn.Module):
    def __init__(self, blocks, heads, length, table):
        super().__init__()
        self.normalizes_table = table
        self.items = nn.Embedding(ITEMS + 1, WIDTH)
        self.actions = nn.Embedding(4, WIDTH)
        nn.init.normal_(self.items.weight, std=0.1)
        nn.init.normal_(self.actions.weight, std=0.1)
        self.joined = nn.Linear(2 * WIDTH, WIDTH)
        self.embedded = nn.Linear(WIDTH, WIDTH)
        self.blocks = nn.ModuleList(Block(heads, length) for _ in range(blocks))
        self.hidden = nn.Linear(2 * WIDTH, WIDTH)
        self.rating = nn.Linear(WIDTH, 1)

    def forward(self, items, actions, times, targets, ratings):
        """The loss: sampled softmax and squared error of the rating, means over the events."""
        x = torch.cat((self.items(items), self.actions(actions)), dim=-1)
        x = self.embedded(F.silu(self.joined(x)))
        pairs = Pairs(times, items != 0)
        for block in self.blocks:
            x = block(x, pairs)
        states = x.reshape(-1, WIDTH)
        targets = targets.reshape(-1)
        valid = (targets != 0).float()
        items = self.items(targets)
        negatives = torch.randint(1, ITEMS + 1, (targets.shape[0], NEGATIVES), device=targets.device)
        retrieval = self.retrieval(states, items, targets, negatives)
        predicted = self.rating(F.silu(self.hidden(torch.cat((states, items), dim=1)))).squeeze(-1) + 3
        error = (predicted - ratings.reshape(-1)).square()
        return ((retrieval + RATING_WEIGHT * error) * valid).sum() / valid.sum()

    def retrieval(self, states, items, targets, negatives):
        """Public implementations normalise what was looked up; with --negatives table it is the table, which is smaller."""
        query = F.normalize(states, dim=-1, eps=1e-6)
        if self.normalizes_table:
            embeddings = F.embedding(negatives, F.normalize(self.items.weight, dim=-1, eps=1e-6))
        else:
            embeddings = F.normalize(self.items(negatives), dim=-1, eps=1e-6)
        positive = (query * F.normalize(items, dim=-1, eps=1e-6)).sum(-1, keepdim=True)
        similarities = (embeddings @ query[:, :, None]).squeeze(-1)
        similarities = similarities.masked_fill(negatives == targets[:, None], -1e9)
        logits = torch.cat((positive, similarities), dim=1) / TEMPERATURE
        return -F.log_softmax(logits, dim=1)[:, 0]


class Side:
    def __init__(self, options):
        self.options = options
        self.sizes = QUICK if options.quick else FULL
        if torch.cuda.is_available():
            self.device = torch.device(options.device)
            torch.cuda.set_device(self.device)
        elif options.quick:
            self.device = torch.device("cpu")
        else:
            sys.exit("peer.py: this PyTorch finds no CUDA device; --quick tries the program on the CPU")
        self.name = "torch_" + options.mode + ("_table" if options.negatives == "table" else "")
        self.draw = torch.Generator().manual_seed(1)

    def say(self, line):
        print(line, flush=True)
        with open(self.options.out, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def compiled(self, function):
        if self.options.mode == "eager":
            return function
        # Each case for its own shapes, as if it were alone.
        torch._dynamo.reset()
        return torch.compile(function, dynamic=False)

    def to_device(self, batch):
        return {name: tensor.to(self.device) for name, tensor in batch.items()}

    def measure(self, name, run, finish):
        """Runs in blocks until one second has passed, then for the time asked for; the median."""
        def blocks(seconds):
            times = []
            while len(times) < 5 or sum(times) < seconds:
                start = time.perf_counter()
                for _ in range(self.sizes["block"]):
                    result = run()
                finish(result)
                self.synchronize()
                times.append(time.perf_counter() - start)
            return times

        blocks(min(1, self.options.seconds))
        median = statistics.median(blocks(self.options.seconds))
        self.say(f"TIME side={self.name} case={name} ms={1e3 * median / self.sizes['block']:.4f}")

    def case(self, name, function):
        """A case that fails is told, and the others go on."""
        try:
            function(name)
        except Exception as error:  # noqa: BLE001
            why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            self.say(f"FAILED side={self.name} case={name} why={why}")

    def trainer(self, blocks, heads):
        torch.manual_seed(1)
        model = Model(blocks, heads, self.sizes["length"], self.options.negatives == "table").to(self.device).train()
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
        loss_of = self.compiled(model)

        def step(batch):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(**batch)
            loss.backward()
            optimizer.step()
            return loss

        return step

    def finish_loss(self, loss):
        if not math.isfinite(loss.item()):
            raise ArithmeticError(f"the loss became {loss.item()}")

    def step(self, name, blocks, heads, events=None):
        step = self.trainer(blocks, heads)
        events = events or lengths(self.sizes["sequences"])
        batch = self.to_device(padded_batch(events, self.sizes["length"], self.draw))
        self.measure(name, lambda: step(batch), self.finish_loss)

    def attention(self, name, length):
        histories = max(1, self.sizes["rows"] // length)
        batch = self.to_device(padded_batch([length] * histories, length, self.draw))
        shape = (histories, length, WIDTH)
        q, k, v = (torch.rand(shape, device=self.device).mul(2).sub(1).requires_grad_() for _ in range(3))
        upstream = torch.rand(shape, device=self.device)
        bias = RelativeBias(length).to(self.device)
        leaves = (q, k, v, *bias.parameters())

        def forward(times, items):
            pairs = Pairs(times, items != 0)
            return attend(q, k, v, bias(pairs), pairs.mask, 1)

        forward = self.compiled(forward)

        def run():
            return torch.autograd.grad(forward(batch["times"], batch["items"]), leaves, upstream)[-1]

        self.measure(name, run, lambda gradient: gradient[0].item())

    def histories(self):
        if self.options.data is None:
            events = lengths(self.sizes["users"])
        else:
            counts = {}
            with open(self.options.data + "/ratings.dat", encoding="latin-1") as file:
                for line in file:
                    user = line.split("::", 1)[0]
                    counts[user] = counts.get(user, 0) + 1
            # The last three events are for validation and test, and a target.
            events = [max(1, count - 3) for count in counts.values()]
        random.Random(1).shuffle(events)
        return events

    def epoch(self, name):
        """Every batch comes from the host; the last one is filled up with empty histories, so that all have one shape."""
        step = self.trainer(2, 1)
        size = self.sizes["sequences"]
        events = self.histories()
        events += [0] * (-len(events) % size)
        batches = [
            padded_batch(events[i : i + size], self.sizes["length"], self.draw) for i in range(0, len(events), size)
        ]
        times = []
        for _ in range(3):
            start = time.perf_counter()
            for batch in batches:
                loss = step(self.to_device(batch))
            self.finish_loss(loss)
            self.synchronize()
            times.append(time.perf_counter() - start)
        self.say(f"TIME side={self.name} case={name} ms={1e3 * min(times):.4f}")

    def run(self):
        where = torch.cuda.get_device_name() if self.device.type == "cuda" else "no CUDA device, on the CPU"
        self.say(f"PEER side={self.name} torch={torch.__version__} tf32=off device={where}")
        self.case("train_step_article", lambda name: self.step(name, 2, 1))
        self.case("train_step_8_layers", lambda name: self.step(name, 8, 2))
        if self.options.negatives == "table":
            return
        self.case("host_overhead_article", lambda name: self.step(name, 2, 1, [8]))
        for length in self.sizes["attention"]:
            self.case(f"attention_{length}", lambda name, n=length: self.attention(name, n))
        data = "synthetic" if self.options.data is None else "ml-1m"
        self.case("epoch_training_" + data, self.epoch)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="file that results are added to")
    parser.add_argument("--mode", choices=("eager", "compile"), default="eager")
    parser.add_argument("--negatives", choices=("looked-up", "table"), default="looked-up", help="what is normalised")
    parser.add_argument("--device", default="cuda:0", help="for example cuda:1")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--seconds", type=float, default=5.0, help="for which each case is timed")
    parser.add_argument("--data", help="folder with ratings.dat, for the lengths of the epoch's histories")
    Side(parser.parse_args()).run()


if __name__ == "__main__":
    main()
