"""The firmware's functions, compiled and compared with the network on many inputs."""
