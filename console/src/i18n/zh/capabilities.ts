import type { Texts } from '../en'

export const capabilities: Texts['capabilities'] = {
  title: '该镜像仓库的能力',
  seen: '检查于',
  help: '通过询问得知，约每小时一次；这些询问不会改动镜像仓库中的任何内容。',
  name: {
    catalogue: '列出镜像库',
    pull: '使用账户拉取',
    anonymous_pull: '任何人均可拉取',
    push: '推送',
    deletion: '删除制品',
    tag_deletion: '删除单个标签',
    referrers: '查找签名与 SBOM',
    events: '主动通知推送',
  },
  status: {
    available: '支持',
    missing: '不支持',
    unknown: '未知',
  },
  reason: {
    NotObservedYet: '尚未检查。',
    NeverTried: '只有推送才能得知，而 Roadstead 从未推送。',
    NoneSeen: '尚未收到事件。',
    NoAnswer: '镜像仓库没有回答这一询问。',
    Unclear: '镜像仓库的回答无法判断。',
    NoRepository: '尚无可供询问的镜像。',
    NoAccount: '仅在设置账户后才会询问。',
    NotAllowed: '该账户无此权限。',
    NotOffered: '该镜像仓库不提供此功能。',
    SwitchedOff: '该功能已在镜像仓库中关闭。',
  },
  otherProduct: (product) => `检测到该服务为 ${product}；此处通过 OCI API 使用，可用功能以其为准。`,
  advisory: (id, fixedIn) => `该版本存在已知漏洞 ${id}，已在 ${fixedIn} 中修复。`,
}

export const listed: Texts['listed'] = {
  label: '镜像库列表',
  advanced: '镜像库列表（用于无法列出自身镜像库的镜像仓库）',
  help: '每行一个，不含主机名和标签。形如 team/* 的一行表示 team 下的全部镜像库。仅当镜像仓库无法列出镜像库时才需要填写。',
  helpMissing: '该镜像仓库无法列出镜像库。请逐行填写需要查看的镜像库，不含主机名和标签。形如 team/* 的一行表示 team 下的全部镜像库。',
  line: (name, text) => `“${name}”：${text}`,
}
