"""Name of a network -> the weights that its authors or torchvision publish for it.

They are torchvision's first ones, IMAGENET1K_V1: trained on the 1,000 classes of ImageNet 2012, and
measured on its 50,000 validation photographs, one centre crop each. A file's name carries the first
eight digits of its SHA-256, and that is all its publisher says of it; where others agree on the
whole hash, it stands here.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from convscope.data.preprocess import Preprocessing
from convscope.errors import BadModel
from convscope.lookup import suggestion
from convscope.networks.imagenet import imagenet_classes

HOME = "https://download.pytorch.org/models/"
LICENCE = (
    "BSD-3-Clause (torchvision); the terms of ImageNet, "
    "non-commercial research and teaching, may apply"
)
IMAGENET = Preprocessing(
    size=(224, 224), resize=256, channels=3, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)
)
"""Short side to 256 pixels, bilinear and antialiased, then the centre."""


@dataclass(frozen=True, kw_only=True)
class PublishedWeights:
    """One published file, and what it takes to use it."""

    file: str
    sha256: str
    """All 64 digits, or the first eight."""
    megabytes: int
    parameters: int
    top1: float
    top5: float
    """Share of ImageNet's validation photographs that are right at first place, and within five."""
    preprocessing: Preprocessing = IMAGENET
    licence: str = LICENCE

    @property
    def url(self) -> str:
        """Where it is fetched from."""
        return HOME + self.file

    def to_json(self) -> dict[str, Any]:
        """The fields and the address."""
        return {**asdict(self), "preprocessing": self.preprocessing.to_json(), "url": self.url}

    @property
    def class_names(self) -> tuple[str, ...]:
        """The words for its answers."""
        return imagenet_classes()


def published_for(network: str) -> PublishedWeights:
    """The published weights of `network`; `BadModel` says for which there are some."""
    if network in PUBLISHED:
        return PUBLISHED[network]
    raise BadModel(
        f"no published weights of {network!r} are known: {suggestion(network, PUBLISHED)}; "
        "--weights names a file, a folder or a run"
    )


PUBLISHED: Mapping[str, PublishedWeights] = {
    "alexnet": PublishedWeights(
        file="alexnet-owt-7be5be79.pth",
        sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
        megabytes=244,
        parameters=61_100_840,
        top1=0.56522,
        top5=0.79066,
    ),
    "vgg11": PublishedWeights(
        file="vgg11-8a719046.pth",
        sha256="8a719046",
        megabytes=531,
        parameters=132_863_336,
        top1=0.69020,
        top5=0.88628,
    ),
    "vgg11_bn": PublishedWeights(
        file="vgg11_bn-6002323d.pth",
        sha256="6002323d",
        megabytes=531,
        parameters=132_868_840,
        top1=0.70370,
        top5=0.89810,
    ),
    "vgg13": PublishedWeights(
        file="vgg13-19584684.pth",
        sha256="19584684",
        megabytes=532,
        parameters=133_047_848,
        top1=0.69928,
        top5=0.89246,
    ),
    "vgg13_bn": PublishedWeights(
        file="vgg13_bn-abd245e5.pth",
        sha256="abd245e5",
        megabytes=532,
        parameters=133_053_736,
        top1=0.71586,
        top5=0.90374,
    ),
    "vgg16": PublishedWeights(
        file="vgg16-397923af.pth",
        sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        megabytes=553,
        parameters=138_357_544,
        top1=0.71592,
        top5=0.90382,
    ),
    "vgg16_bn": PublishedWeights(
        file="vgg16_bn-6c64b313.pth",
        sha256="6c64b3138f2f4fcb3bcc4cafde11619c4f440eb1631787e93a682fd88305888a",
        megabytes=554,
        parameters=138_365_992,
        top1=0.73360,
        top5=0.91516,
    ),
    "vgg19": PublishedWeights(
        file="vgg19-dcbb9e9d.pth",
        sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        megabytes=575,
        parameters=143_667_240,
        top1=0.72376,
        top5=0.90876,
    ),
    "vgg19_bn": PublishedWeights(
        file="vgg19_bn-c79401a0.pth",
        sha256="c79401a0cf3cb42714e4182f5868c7a6f4f4534f5df9e956e2bb2098de41cbb6",
        megabytes=575,
        parameters=143_678_248,
        top1=0.74218,
        top5=0.91842,
    ),
    "squeezenet1_0": PublishedWeights(
        file="squeezenet1_0-b66bff10.pth",
        sha256="b66bff10",
        megabytes=5,
        parameters=1_248_424,
        top1=0.58092,
        top5=0.80420,
    ),
    "squeezenet1_1": PublishedWeights(
        file="squeezenet1_1-b8a52dc0.pth",
        sha256="b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
        megabytes=5,
        parameters=1_235_496,
        top1=0.58178,
        top5=0.80624,
    ),
    "resnet18": PublishedWeights(
        file="resnet18-f37072fd.pth",
        sha256="f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
        megabytes=47,
        parameters=11_689_512,
        top1=0.69758,
        top5=0.89078,
    ),
    "resnet34": PublishedWeights(
        file="resnet34-b627a593.pth",
        sha256="b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
        megabytes=87,
        parameters=21_797_672,
        top1=0.73314,
        top5=0.91420,
    ),
    "resnet50": PublishedWeights(
        file="resnet50-0676ba61.pth",
        sha256="0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
        megabytes=103,
        parameters=25_557_032,
        top1=0.76130,
        top5=0.92862,
    ),
    "resnet101": PublishedWeights(
        file="resnet101-63fe2227.pth",
        sha256="63fe2227",
        megabytes=179,
        parameters=44_549_160,
        top1=0.77374,
        top5=0.93546,
    ),
    "resnet152": PublishedWeights(
        file="resnet152-394f9c45.pth",
        sha256="394f9c45",
        megabytes=242,
        parameters=60_192_808,
        top1=0.78312,
        top5=0.94046,
    ),
}
