"""Name -> data set: what it is, where it comes from, and the recipe that suits it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from convscope.data.dataset import Dataset
from convscope.data.download import Archive, Progress, Published
from convscope.errors import MissingData


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data set of the catalogue."""

    title: str
    images: str
    """How many, how large."""
    licence: str
    home: str
    recipe: str
    """The recipe that `train` takes for it."""
    published: Published | None
    """The files behind it; None if a package that is installed anyway brings them."""
    read: Callable[[Progress | None], tuple[Dataset, Dataset | None]]
    """What can be learned from, and the published test part if there is one."""


def _read_digits(progress: Progress | None = None) -> tuple[Dataset, None]:
    """Scikit-learn's 1,797 scans of digits, (n, 1, 8, 8), their 0..16 stretched to 0..255."""
    import numpy as np
    import torch

    # its file is read directly: importing the package costs a second
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise MissingData("digits comes with scikit-learn: pip install scikit-learn")
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"
    table = torch.from_numpy(np.loadtxt(file, delimiter=",", dtype=np.int64))
    return Dataset(
        images=(table[:, :64] * (255 / 16)).round().byte().reshape(-1, 1, 8, 8),
        targets=table[:, 64],
        names=[str(i) for i in range(len(table))],
        target_names=DIGIT_NAMES,
    ), None


def _read_mnist(
    published: Published, class_names: tuple[str, ...], progress: Progress | None
) -> tuple[Dataset, Dataset]:
    from convscope.data.idx import read_mnist

    return read_mnist(published, class_names, progress)


def _read_cifar10(progress: Progress | None) -> tuple[Dataset, Dataset]:
    from convscope.data.cifar import read_cifar

    parts = {"train": [f"data_batch_{i}" for i in range(1, 6)], "test": ["test_batch"]}
    return read_cifar(CIFAR10, parts, ("batches.meta", "label_names", "labels"), progress)


def _read_cifar100(progress: Progress | None) -> tuple[Dataset, Dataset]:
    from convscope.data.cifar import read_cifar

    parts = {"train": ["train"], "test": ["test"]}
    return read_cifar(CIFAR100, parts, ("meta", "fine_label_names", "fine_labels"), progress)


DIGIT_NAMES = tuple("0123456789")
FASHION_NAMES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

MNIST = Published(
    folder="MNIST/raw",
    files={
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
    megabytes=12,
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
)
FASHION_MNIST = Published(
    folder="FashionMNIST/raw",
    files={
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
    megabytes=31,
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
)
CIFAR10 = Published(
    folder="cifar-10-batches-py",
    files={
        "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
    megabytes=171,
    archive=Archive(
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "c58f30108f718f92721af3b95e74349a",
    ),
)
CIFAR100 = Published(
    folder="cifar-100-python",
    files={
        "meta": "7973b15100ade9c7d40fb424638fde48",
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    },
    megabytes=169,
    archive=Archive(
        "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
        "eb9058c3a382ffc7106e4002c42a8d85",
    ),
)


def _read_faces(progress: Progress | None) -> tuple[Dataset, Dataset]:
    from convscope.data.faces import read_faces

    return read_faces()


CATALOGUE = {
    "digits": Source(
        title="scans of handwritten digits, bundled with scikit-learn",
        images="1,797 of 1x8x8, 10 classes",
        licence="CC BY 4.0",
        home="https://archive.ics.uci.edu/dataset/80",
        recipe="digits-cnn",
        published=None,
        read=_read_digits,
    ),
    "mnist": Source(
        title="handwritten digits",
        images="60,000 + 10,000 of 1x28x28, 10 classes",
        licence="CC BY-SA 3.0",
        home="http://yann.lecun.com/exdb/mnist/",
        recipe="mnist-cnn",
        published=MNIST,
        read=partial(_read_mnist, MNIST, DIGIT_NAMES),
    ),
    "fashion-mnist": Source(
        title="pieces of clothing, made to be harder than digits",
        images="60,000 + 10,000 of 1x28x28, 10 classes",
        licence="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        recipe="mnist-cnn",
        published=FASHION_MNIST,
        read=partial(_read_mnist, FASHION_MNIST, FASHION_NAMES),
    ),
    "cifar10": Source(
        title="small photographs of animals and vehicles",
        images="50,000 + 10,000 of 3x32x32, 10 classes",
        licence="none stated; free for research, cite Krizhevsky 2009",
        home="https://www.cs.toronto.edu/~kriz/cifar.html",
        recipe="cifar10-cnn-augmented",
        published=CIFAR10,
        read=_read_cifar10,
    ),
    "cifar100": Source(
        title="small photographs, a hundred kinds",
        images="50,000 + 10,000 of 3x32x32, 100 classes",
        licence="none stated; free for research, cite Krizhevsky 2009",
        home="https://www.cs.toronto.edu/~kriz/cifar.html",
        recipe="cifar10-cnn-augmented",
        published=CIFAR100,
        read=_read_cifar100,
    ),
    "faces": Source(
        title="drawn faces with 18 points each, made on this machine",
        images="2,500 + 500 of 3x64x64, 18 points",
        licence="MIT, as convscope",
        home="convscope/data/faces.py",
        recipe="faces",
        published=None,
        read=_read_faces,
    ),
}
