"""The descriptor pool of these messages, apart from the common one; see ``make_generated``."""

from google.protobuf import descriptor_pb2, timestamp_pb2
from google.protobuf.descriptor_pool import DescriptorPool

POOL = DescriptorPool()
POOL.AddSerializedFile(descriptor_pb2.DESCRIPTOR.serialized_pb)
POOL.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
