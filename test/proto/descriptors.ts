// Descriptor sets of .proto folders, flattened to full names, so that it does not matter which
// file declares what.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldOptions_JSType,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';

interface Field {
  readonly number: number;
  /** Everything that the wire format depends on, as one comparable text. */
  readonly wire: string;
  readonly is64Bit: boolean;
  readonly isJsString: boolean;
}

export interface Message {
  readonly fields: ReadonlyMap<string, Field>;
  /** Field numbers that must never be used again. */
  readonly reserved: ReadonlySet<number>;
}

export interface Schema {
  readonly files: readonly FileDescriptorProto[];
  readonly messages: ReadonlyMap<string, Message>;
  readonly enums: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** By path, "/package.Service/Method". */
  readonly methods: ReadonlyMap<string, string>;
}

const require = createRequire(import.meta.url);

export const repository: string = fileURLToPath(new URL('../..', import.meta.url));

/** The .proto files that the npm package `lightning` ships; none of them was written by us. */
export const foreignProtos: string = join(
  dirname(require.resolve('lightning/package.json')),
  'grpc/protos',
);

/** Compiles a folder of .proto files. Needs no network. */
export function readSchema(folder: string): Schema {
  const buf = join(dirname(require.resolve('@bufbuild/buf/package.json')), 'bin/buf');
  const bytes = execFileSync(process.execPath, [buf, 'build', folder, '-o', '-#format=binpb'], {
    cwd: repository,
    maxBuffer: 64 * 1024 * 1024,
  });
  return flatten(fromBinary(FileDescriptorSetSchema, bytes).file);
}

function flatten(files: readonly FileDescriptorProto[]): Schema {
  const messages = new Map<string, Message>();
  const enums = new Map<string, ReadonlyMap<string, number>>();
  const methods = new Map<string, string>();

  const addEnum = (scope: string, type: EnumDescriptorProto): void => {
    enums.set(`${scope}.${type.name}`, new Map(type.value.map((v) => [v.name, v.number])));
  };
  const addMessage = (scope: string, type: DescriptorProto): void => {
    const name = `${scope}.${type.name}`;
    messages.set(name, readMessage(type));
    for (const nested of type.nestedType) addMessage(name, nested);
    for (const nested of type.enumType) addEnum(name, nested);
  };

  for (const file of files) {
    for (const type of file.messageType) addMessage(file.package, type);
    for (const type of file.enumType) addEnum(file.package, type);
    for (const service of file.service) {
      for (const method of service.method) {
        const path = `/${file.package}.${service.name}/${method.name}`;
        const sent = `${method.clientStreaming ? 'stream ' : ''}${method.inputType}`;
        const received = `${method.serverStreaming ? 'stream ' : ''}${method.outputType}`;
        methods.set(path, `${sent} -> ${received}`);
      }
    }
  }
  return { files, messages, enums, methods };
}

function readMessage(type: DescriptorProto): Message {
  const reserved = new Set<number>();
  for (const { start, end } of type.reservedRange) {
    for (let number = start; number < end; number++) reserved.add(number);
  }
  return { fields: new Map(type.field.map((f) => [f.name, readField(type, f)])), reserved };
}

function readField(owner: DescriptorProto, field: FieldDescriptorProto): Field {
  const label = field.proto3Optional ? 'PRESENCE' : FieldDescriptorProto_Label[field.label];
  const type = FieldDescriptorProto_Type[field.type];
  const isMapEntry = owner.options?.mapEntry === true;
  return {
    number: field.number,
    wire: [
      `=${field.number}`,
      label,
      type,
      field.typeName,
      oneofName(owner, field),
      isMapEntry ? 'of a map entry' : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
    is64Bit: type?.endsWith('64') === true,
    isJsString: field.options?.jstype === FieldOptions_JSType.JS_STRING,
  };
}

/** The oneof that the .proto declares; `optional` makes one of its own, which does not count. */
function oneofName(owner: DescriptorProto, field: FieldDescriptorProto): string {
  const isMember = Object.hasOwn(field, 'oneofIndex') && !field.proto3Optional;
  return isMember ? `oneof ${owner.oneofDecl[field.oneofIndex]?.name}` : '';
}
