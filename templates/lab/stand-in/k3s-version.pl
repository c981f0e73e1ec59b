# A stand-in for K3s: it imitates what convecthub sees of the real one, and runs no container.
our $VERSION = '@K3S_VERSION@';
